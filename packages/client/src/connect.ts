import { fullJitter, guarded, type RetryPolicy } from './backoff.ts';
import { Call } from './call.ts';
import { CallError } from './call-error.ts';
import { Signaling, type Token } from './signaling.ts';
import { socketUrl } from './socket-url.ts';
import type { TransportProbe } from './transport.ts';

/** Who joins what, and how. */
export interface ConnectOptions {
  /** The room's id: 1–64 of letters, digits and `. _ ~ -`. */
  room: string;
  /** What the others see, 1–100 characters. */
  name: string;
  /**
   * An access token, or what gets one: it is asked for each time the SDK joins, so that a call that outlives its token
   * comes back with another.
   */
  token?: Token;
  /**
   * Called when one has to wait until a moderator lets one in; `connect()` resolves then, or rejects with `lobby_denied`.
   * Whoever has to wait again after a long loss hears the call's `waiting`.
   */
  onWaiting?: () => void;
  /** Gives up joining. A call that has begun ends by `leave()`. */
  signal?: AbortSignal;
  /**
   * How messages about media travel: `auto`, straight to the media node where that can be reached, else through the room
   * until a data channel of the call takes them; `relay`, always through the room. Media itself always goes straight.
   * Default `auto`.
   */
  carrier?: 'auto' | 'relay';
  /**
   * When to try again after a connection was lost: to the room, and to the media node's own socket. Default `fullJitter()`.
   */
  retry?: RetryPolicy;
  /** Whether one receives every track of the others until one says `call.unsubscribe()`; false: only what one subscribes to. Default true. */
  autoSubscribe?: boolean;
  /**
   * Whether the server is told how large `call.attach()`'s elements are seen, and sends what that needs: small layers to small
   * tiles, nothing to what is scrolled away or on a hidden page. Default true.
   */
  adaptiveStream?: boolean;
  /**
   * How media travels: `all`, the best way there is; `relay`, through the server's TURN server only, so that the media node
   * does not see one's address and the network needs to know the TURN server alone. Without one there is no media then.
   * Default `all`.
   */
  iceTransportPolicy?: RTCIceTransportPolicy;
  /** @internal The connection test's. */
  probe?: TransportProbe;
}

/**
 * Joins a room on the Parley server at `url` (http or https, relative to the page if it likes).
 *
 * @throws {CallError} with the server's code, for example `room_full`, `room_locked` or `lobby_denied`; `connection_failed`; `token_unavailable` when
 * `options.token` got none in time; or `aborted`
 * @example
 * ```ts
 * const call = await connect('https://meet.example', { room: 'stand-up', name: 'Ada' });
 * call.on('track', ({ trackId }) => { call.attach(trackId, video); });
 * await call.setCameraEnabled(true);
 * ```
 */
export function connect(url: string | URL, options: ConnectOptions): Promise<Call> {
  const { room, name, token, onWaiting, signal } = options;
  const {
    carrier = 'auto',
    autoSubscribe = true,
    adaptiveStream = true,
    iceTransportPolicy,
    probe,
  } = options;
  const retry = guarded(options.retry ?? fullJitter());
  const transport = { ...(iceTransportPolicy && { iceTransportPolicy }), ...(probe && { probe }) };
  return new Promise((resolve, reject) => {
    const address = socketUrl(url, room);
    if (signal?.aborted) {
      reject(aborted(signal));
      return;
    }
    if (!('RTCPeerConnection' in globalThis)) {
      reject(
        new CallError('media_unsupported', 'This browser cannot hold calls. Update it, or use another.'),
      );
      return;
    }
    let call: Call | undefined;
    const abort = () => {
      signaling.leave();
      reject(aborted(signal));
    };
    const decided = () => signal?.removeEventListener('abort', abort);
    let since = performance.now();
    let waited = false;
    const signaling = new Signaling(
      {
        address,
        roomId: room,
        name,
        direct: carrier === 'auto',
        autoSubscribe,
        retry,
        ...(token !== undefined && { token }),
      },
      {
        joined: (joined) => {
          if (call) {
            call.handleJoined(joined);
            return;
          }
          decided();
          // How long somebody took to let one in says nothing about the call.
          if (waited) since = performance.now();
          call = new Call(signaling, joined, {
            name: name.trim(),
            retry,
            autoSubscribe,
            adaptiveStream,
            channel: carrier === 'auto',
            since,
            transport,
          });
          resolve(call);
        },
        waiting: () => {
          if (call) return call.handleWaiting();
          if (waited) return;
          waited = true;
          onWaiting?.();
        },
        message: (message) => call?.handleMessage(message),
        lost: () => call?.handleLost(),
        recovered: () => call?.handleRecovered(),
        closed: (error) => {
          decided();
          if (call) call.handleClosed(error);
          else reject(error);
        },
      },
    );
    signal?.addEventListener('abort', abort);
  });
}

function aborted(signal: AbortSignal | undefined): CallError {
  return new CallError('aborted', 'Joining was cancelled.', { cause: signal?.reason });
}
