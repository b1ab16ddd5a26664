import type { DirectoryObject } from './directory/directory-object.ts';
import type { FleetObject } from './fleet/fleet-object.ts';
import type { KeyringObject } from './keyring/keyring-object.ts';
import type { LimiterObject } from './limits/limiter-object.ts';
import type { RecordingObject } from './recordings/recording-object.ts';
import type { RoomObject } from './room/room-object.ts';

/** The Worker's bindings; wrangler.toml declares them. Any key of the configuration files can be overridden beside them. */
export interface Environment {
  ROOMS: DurableObjectNamespace<RoomObject>;
  FLEETS: DurableObjectNamespace<FleetObject>;
  DIRECTORIES: DurableObjectNamespace<DirectoryObject>;
  KEYRINGS: DurableObjectNamespace<KeyringObject>;
  LIMITERS: DurableObjectNamespace<LimiterObject>;
  RECORDING_OBJECTS: DurableObjectNamespace<RecordingObject>;
  /** The bucket of recordings, where it is one of R2. */
  RECORDINGS?: R2Bucket;
  /** The built page. */
  ASSETS: Fetcher;
  /** What a media node must know to enrol; a secret. Without it no node is let in. */
  PARLEY_ENROLMENT_SECRET?: string;
  /** What the TURN servers of `webrtc.turn.urls` have as `static-auth-secret`; a secret. */
  PARLEY_TURN_SECRET?: string;
  /** API keys, which sign access tokens and webhooks, `id:secret,id2:secret2`; a secret. See {@link parseApiKeys}. */
  PARLEY_API_KEYS?: string;
  /** Keys that may read the bucket of recordings, where it is not bound as `RECORDINGS`; secrets. */
  PARLEY_S3_ACCESS_KEY_ID?: string;
  PARLEY_S3_SECRET_ACCESS_KEY?: string;
  /** The region whose nodes serve the rooms; `default` when absent. Nodes have the same under the same name. */
  PARLEY_REGION?: string;
  /** What is logged, see `LogLevel`. */
  LOG_LEVEL?: string;
}

declare global {
  namespace Cloudflare {
    interface Env extends Environment {}
  }
}
