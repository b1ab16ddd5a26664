import type { CarrierKind } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import type { SessionEvent } from '@parley/protocol/server-messages';

/** The way to one client: through the Room, or over a socket of the client's own. Its session ends it. */
export interface Carrier {
  readonly kind: CarrierKind;
  /** Whether nothing can arrive over it any more. */
  readonly lost: boolean;
  send(message: SessionEvent): void;
  /** The session has ended, or goes on over another carrier. */
  close(code: ErrorCode, message: string): void;
}
