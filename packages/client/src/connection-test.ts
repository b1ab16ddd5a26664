/**
 * What `import … from '@parley/client/connection-test'` offers.
 *
 * @module
 */
export {
  ConnectionTest,
  type ConnectionTestEvents,
  type ConnectionTestOptions,
} from './connection-test/connection-test.ts';
export {
  type CallReason,
  CHECKS,
  type CheckName,
  type CheckResult,
  type ConnectionReport,
  type Outcome,
  type Reasons,
  type SkipReason,
} from './connection-test/result.ts';
