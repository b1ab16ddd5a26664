import {
  CLIENT_VOLUME,
  DATA_MESSAGES,
  DATA_VOLUME,
  SESSION_REQUESTS,
  TokenBucket,
} from '@parley/protocol/token-bucket';

/** Refused messages; what is more has the worker throw away what comes for a while. */
const REFUSALS = { rate: 20, burst: 100 };
/** Errors that a client is told. */
const TOLD = { rate: 1, burst: 5 };

/** What one session may say on its data channels. It outlives them: another PeerConnection begins with what is left. */
export class DataAllowance {
  readonly messages = new TokenBucket(DATA_MESSAGES, performance.now());
  readonly volume = new TokenBucket(DATA_VOLUME, performance.now());
  /** On the session's channel. */
  readonly requests = new TokenBucket(SESSION_REQUESTS, performance.now());
  readonly requestVolume = new TokenBucket(CLIENT_VOLUME, performance.now());
  readonly refusals = new TokenBucket(REFUSALS, performance.now());
  readonly requestRefusals = new TokenBucket(REFUSALS, performance.now());
  readonly told = new TokenBucket(TOLD, performance.now());
}
