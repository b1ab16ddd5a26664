import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Run beside these: see vitest.waiting.config.ts. Nothing that makes networks is among them: two at once can get the same
 * addresses, and a node finds addresses that are gone the next moment.
 */
export const WAITING = [
  'apps/conformance/src/**/*.e2e.test.ts',
  'apps/e2e/src/recording/hostile-names.test.ts',
  ...['cost', 'edge', 'forward'].map((bench) => `apps/e2e/src/bench/${bench}.test.ts`),
  ...[
    'abuse',
    'burst',
    'churn',
    'idle',
    'limits',
    'recording',
    'recording-s3',
    'rooms',
    'tiles',
    'webhooks',
  ].map((proof) => `apps/e2e/src/prove/${proof}.test.ts`),
];

export default defineConfig({
  test: {
    name: 'e2e',
    include: ['apps/e2e/src/**/*.test.ts', 'apps/conformance/src/**/*.e2e.test.ts'],
    exclude: [...configDefaults.exclude, ...WAITING],
    globalSetup: ['apps/e2e/src/stack-setup.ts'],
    // Real browsers encode video: one file at a time is what two cores carry.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
