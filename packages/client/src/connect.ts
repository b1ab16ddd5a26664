import type { Joined } from '@parley/protocol/server-messages';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { Call } from './call.ts';
import { CallError } from './call-error.ts';
import { SocketCarrier } from './socket-carrier.ts';
import { socketUrl } from './socket-url.ts';

export interface ConnectOptions {
  /** The room's id: 1–64 of letters, digits and `. _ ~ -`. */
  room: string;
  /** What the others see, 1–100 characters. */
  name: string;
  /** Gives up joining. A call that has begun ends by `leave()`. */
  signal?: AbortSignal;
}

/** Milliseconds to get in. */
export const JOIN_TIMEOUT = 20_000;

/**
 * Joins a room on the Parley server at `url` (http or https, relative to the page if it likes).
 *
 * @throws {CallError} with the server's code, for example `room_full`; `connection_failed`; or `aborted`
 * @example
 * ```ts
 * const call = await connect('https://meet.example', { room: 'stand-up', name: 'Ada' });
 * call.on('track', ({ track }) => { video.srcObject = new MediaStream([track]); });
 * await call.setCameraEnabled(true);
 * ```
 */
export function connect(url: string | URL, { room, name, signal }: ConnectOptions): Promise<Call> {
  return new Promise((resolve, reject) => {
    const address = socketUrl(url, room);
    if (signal?.aborted) {
      reject(aborted(signal));
      return;
    }
    let call: Call | undefined;
    const decided = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const fail = (error: CallError) => {
      decided();
      carrier.close();
      reject(error);
    };
    const abort = () => fail(aborted(signal));
    const begin = (joined: Joined) => {
      try {
        call = new Call(carrier, joined, name.trim());
      } catch (cause) {
        fail(
          new CallError('media_unsupported', 'This browser cannot hold calls. Update it, or use another.', {
            cause,
          }),
        );
        return;
      }
      decided();
      resolve(call);
    };
    const carrier = new SocketCarrier(
      address,
      () =>
        carrier.send({
          type: 'join',
          roomId: room,
          participantName: name,
          version: PROTOCOL_VERSION,
          requestOffers: false,
        }),
      {
        message: (message) => {
          if (call) call.handleMessage(message);
          else if (message.type === 'joined') begin(message);
          else if (message.type === 'error') fail(new CallError(message.code, message.message));
        },
        closed: (code, reason) => {
          if (call) call.handleClosed(code, reason);
          else fail(new CallError('connection_failed', unreachable(address, reason || `code ${code}`)));
        },
      },
    );
    signal?.addEventListener('abort', abort);
    const timer = setTimeout(() => {
      fail(new CallError('connection_failed', unreachable(address, 'no answer')));
    }, JOIN_TIMEOUT);
  });
}

function aborted(signal: AbortSignal | undefined): CallError {
  return new CallError('aborted', 'Joining was cancelled.', { cause: signal?.reason });
}

function unreachable(address: URL, said: string): string {
  return `No connection to ${address.host} (${said}). Check the network and try again.`;
}
