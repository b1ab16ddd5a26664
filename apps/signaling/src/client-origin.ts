import type { AccessRefusal } from '@parley/room/commands';
import type { Access } from '@parley/room/state';

/** What the Worker knows of a client before it has said anything; goes to the Room with its socket. */
export interface ClientOrigin {
  /** Names the connection in logs; absent from sockets that a version before opened. */
  cid?: string;
  /** As limits and bans count it, see {@link addressKey}; absent where nobody tells it. */
  address?: string;
  /** What the access token of the handshake says; absent where there was none. */
  access?: Access | AccessRefusal;
}

/** The header of the Worker's request to the Room: nobody else can send the Room one. */
const HEADER = 'X-Parley-Origin';

export function originHeaders(origin: ClientOrigin): Record<string, string> {
  // Header values are bytes: names may have any character.
  return { [HEADER]: encodeURIComponent(JSON.stringify(origin)) };
}

export function originOf(request: Request): ClientOrigin {
  return JSON.parse(decodeURIComponent(request.headers.get(HEADER) ?? '%7B%7D')) as ClientOrigin;
}
