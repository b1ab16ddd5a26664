import type { EdgeSocketTuning } from '@parley/service/edge-socket';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { Logger } from 'pino';
import type { CapturePlace } from '../recording/capture-transport.ts';
import type { MediaSettings } from '../sessions/session-context.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { TrafficLedger } from '../telemetry/traffic-ledger.ts';
import type { TicketVerifier } from '../tickets/ticket-verifier.ts';
import type { Placement } from '../workers/placement.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';

/** What hosted rooms share: the node's parts. */
export interface HostContext {
  edgeUrl: string;
  incarnation: string;
  /** Where clients can open sessions of their own, if they can. */
  publicUrl: string | undefined;
  pool: WorkerPool;
  /** Which worker a room's next session goes to. */
  placement: Placement;
  /** Where recorders get media from. */
  capture: CapturePlace;
  verifier: TicketVerifier;
  settings: MediaSettings;
  ledger: TrafficLedger;
  metrics: NodeMetrics;
  logger: Logger;
  events: ThrottledLog;
  /** A room whose link is down for this long ends with the next sweep unless somebody's media flows, ms. */
  orphanGraceMs: number;
  socketTuning?: EdgeSocketTuning;
}
