import type { Call } from '../call.ts';
import { CallError } from '../call-error.ts';
import { connect } from '../connect.ts';
import type { Token } from '../signaling.ts';
import type { RemoteTrack } from '../subscriber.ts';
import type { TransportOptions } from '../transport.ts';
import type { CallProblem } from './result.ts';
import { type RtcFigures, readFigures } from './rtc-stats.ts';
import { until } from './until.ts';

export interface TestCallOptions extends TransportOptions {
  readonly url: URL;
  readonly room: string;
  readonly name: string;
  readonly token?: Token;
  /** Whether all messages go over the room's socket. */
  readonly relay?: boolean;
  readonly signal: AbortSignal;
}

/** Somebody of the test's in its room: an ordinary call whose PeerConnections are watched. */
export class TestCall {
  readonly call: Call;
  readonly #connections: Watched;
  /** The first error of the call that no promise told of. */
  #problem: CallError['code'] | undefined;

  private constructor(call: Call, connections: Watched) {
    this.call = call;
    this.#connections = connections;
    call.on('error', ({ code }) => {
      this.#problem ??= code;
    });
    call.on('closed', ({ reason }) => {
      this.#problem ??= reason === 'replaced' ? 'identity_replaced' : 'call_ended';
    });
  }

  /** Joins. @returns why not, where not @throws whatever the signal was aborted with */
  static async join(options: TestCallOptions): Promise<TestCall | CallProblem> {
    const { url, room, name, token, relay = false, signal, probe, iceTransportPolicy } = options;
    const connections: Watched = {};
    const waiting = new AbortController();
    try {
      const call = await connect(url, {
        room,
        name,
        ...(token !== undefined && { token }),
        ...(relay && { carrier: 'relay' }),
        ...(iceTransportPolicy && { iceTransportPolicy }),
        signal: AbortSignal.any([signal, waiting.signal]),
        onWaiting: () => waiting.abort(),
        probe: {
          ...probe,
          opened: (connection, direction) => {
            connections[direction] = connection;
            probe?.opened?.(connection, direction);
          },
        },
      });
      return new TestCall(call, connections);
    } catch (error) {
      signal.throwIfAborted();
      if (waiting.signal.aborted) return 'lobby';
      if (error instanceof CallError) return error.code;
      throw error;
    }
  }

  get problem(): CallProblem | undefined {
    return this.#problem;
  }

  /** The newest PeerConnection of its kind. */
  get sending(): RTCPeerConnection | undefined {
    return this.#connections.sending;
  }

  get receiving(): RTCPeerConnection | undefined {
    return this.#connections.receiving;
  }

  /**
   * Publishes, and waits until the node has answered.
   *
   * @returns why not, where not
   * @throws whatever the signal was aborted with
   */
  async publish(
    source: 'camera' | 'microphone',
    track: MediaStreamTrack,
    signal: AbortSignal,
  ): Promise<CallProblem | undefined> {
    let done: { readonly problem?: CallProblem } | undefined;
    this.call.publish(source, track.clone()).then(
      () => {
        done = {};
      },
      (error: unknown) => {
        done = { problem: error instanceof CallError ? error.code : 'negotiation_failed' };
      },
    );
    const noNode = () => (this.#problem === 'media_unavailable' ? { problem: this.#problem } : undefined);
    const end = await until(() => done ?? noNode(), 20_000, signal);
    return end === undefined ? 'media_unavailable' : end.problem;
  }

  figures(direction: 'sending' | 'receiving'): Promise<RtcFigures> {
    return figuresOf(this[direction]);
  }

  /** What arrives from somebody, of both kinds. */
  tracksOf(participantId: string): RemoteTrack[] {
    return [...this.call.remoteTracks.values()].filter((track) => track.participantId === participantId);
  }

  leave(): void {
    this.call.leave();
  }
}

type Watched = Partial<Record<'sending' | 'receiving', RTCPeerConnection>>;

async function figuresOf(connection: RTCPeerConnection | undefined): Promise<RtcFigures> {
  const report = await connection?.getStats();
  return readFigures(performance.now(), report?.values() ?? []);
}
