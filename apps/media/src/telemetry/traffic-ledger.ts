import type { WebRtcTransport } from 'mediasoup/types';

/** Bytes that clients' transports have carried. */
export interface Traffic {
  /** All of it. */
  received: number;
  sent: number;
  /** RTP alone, retransmissions and probes left out: the media itself. */
  rtpReceived: number;
  rtpSent: number;
}

export const NO_TRAFFIC: Readonly<Traffic> = { received: 0, sent: 0, rtpReceived: 0, rtpSent: 0 };

type MeasuredTransport = Pick<WebRtcTransport, 'id' | 'getStats'>;

/** Adds up what transports carry, closed ones included, so that the totals never go down. */
export class TrafficLedger {
  readonly #open = new Map<MeasuredTransport, Traffic>();
  /** Closed, and asked for the last time. */
  readonly #closing = new Set<Traffic>();
  #closed: Traffic = NO_TRAFFIC;

  /** Transports that are open now. */
  get transports(): number {
    return this.#open.size;
  }

  open(transport: MeasuredTransport): void {
    this.#open.set(transport, { ...NO_TRAFFIC });
  }

  /** To be called before the transport is closed: the worker answers this last question before it closes it. */
  close(transport: MeasuredTransport): void {
    const last = this.#open.get(transport);
    if (last === undefined) return;
    this.#open.delete(transport);
    this.#closing.add(last);
    void measure(transport).then((traffic) => {
      this.#closing.delete(last);
      this.#closed = combine(this.#closed, highest(last, traffic), (a, b) => a + b);
    });
  }

  /** Everything so far. */
  async total(): Promise<Traffic> {
    await Promise.all(
      [...this.#open].map(async ([transport, last]) => {
        Object.assign(last, highest(last, await measure(transport)));
      }),
    );
    const counted = [...this.#open.values(), ...this.#closing];
    return counted.reduce((total, one) => combine(total, one, (a, b) => a + b), this.#closed);
  }
}

/** Undefined when the transport, or its worker, is gone. */
async function measure(transport: MeasuredTransport): Promise<Traffic | undefined> {
  try {
    const [stats] = await transport.getStats();
    if (stats === undefined) return undefined;
    return {
      received: stats.bytesReceived,
      sent: stats.bytesSent,
      rtpReceived: stats.rtpBytesReceived,
      rtpSent: stats.rtpBytesSent,
    };
  } catch {
    return undefined;
  }
}

function highest(last: Traffic, now: Traffic | undefined): Traffic {
  return now === undefined ? last : combine(last, now, Math.max);
}

function combine(a: Traffic, b: Traffic, how: (a: number, b: number) => number): Traffic {
  return {
    received: how(a.received, b.received),
    sent: how(a.sent, b.sent),
    rtpReceived: how(a.rtpReceived, b.rtpReceived),
    rtpSent: how(a.rtpSent, b.rtpSent),
  };
}
