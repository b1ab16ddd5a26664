import type { ErrorCode } from '@parley/protocol/errors';
import type { SessionEvent } from '@parley/protocol/server-messages';
import type { SessionChannel } from '../data/session-channel.ts';
import type { Carrier } from './carrier.ts';

/** The way to a session's client: its carrier, and its channel while that is used in place of the Room. */
export class ClientWay {
  readonly #recovers: boolean;
  #carrier: Carrier;
  #channel: SessionChannel | undefined;
  #closed = false;

  /** @param recovers whether the client may use its channel: of others the Room has to hear what they say */
  constructor(carrier: Carrier, recovers: boolean) {
    this.#carrier = carrier;
    this.#recovers = recovers;
  }

  get carrier(): Carrier {
    return this.#carrier;
  }

  /** Whether what is sent spares the Room. */
  get isOwn(): boolean {
    return this.#channel !== undefined || this.#carrier.kind === 'direct';
  }

  /** The client speaks over another carrier from now on. */
  attach(carrier: Carrier): void {
    const old = this.#carrier;
    this.#carrier = carrier;
    // The client has lost it, or asks anew.
    this.#channel = undefined;
    old.close('session_replaced', 'This session goes on over another connection.');
  }

  /** The client asks for its channel. A socket of its own spares the Room as much. @returns whether it is used */
  useChannel(channel: SessionChannel): boolean {
    if (this.#closed || this.#carrier.kind !== 'relay' || !this.#recovers) return false;
    this.#channel = channel;
    return true;
  }

  send(message: SessionEvent): void {
    if (this.#closed) return;
    const otherwise = () => {
      if (!this.#closed) this.#carrier.send(message);
    };
    if (!this.#channel?.send(message, otherwise)) otherwise();
  }

  /** The session has ended: nothing more is sent. */
  close(code: ErrorCode, why: string): void {
    this.#closed = true;
    this.#carrier.close(code, why);
  }
}
