import { closeCode, type ErrorCode } from '@parley/protocol/errors';

/** Sends on a socket that may be closing or gone; a closed one reports itself through its close event. */
export function sendQuietly(socket: WebSocket | undefined, data: string | ArrayBuffer): boolean {
  if (socket === undefined) return false;
  try {
    socket.send(data);
    return true;
  } catch {
    return false;
  }
}

/** Closes a socket that may be closing or gone already. `reason` is cut to the 123 bytes a close frame holds (RFC 6455 §5.5). */
export function closeQuietly(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, cutToBytes(reason, 123));
  } catch {
    // It was closed before; there is nothing left to do.
  }
}

/** Closes a socket with an error's close code, and what to do next as the reason. */
export function closeWithError(socket: WebSocket, code: ErrorCode, message: string): void {
  closeQuietly(socket, closeCode(code), message);
}

/**
 * The code to pass on when the other half of a bridge was closed with `code`: codes that only an endpoint itself may
 * report (RFC 6455 §7.4.1) become 1000 or 1011.
 */
export function forwardableCloseCode(code: number): number {
  if (code === 1005) return 1000;
  if (code === 1000 || (code >= 3000 && code < 5000)) return code;
  return 1011;
}

function cutToBytes(text: string, most: number): string {
  let cut = text;
  while (new TextEncoder().encode(cut).length > most) cut = cut.slice(0, -1);
  return cut;
}
