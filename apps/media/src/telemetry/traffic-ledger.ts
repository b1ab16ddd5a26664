import type { WebRtcTransport } from 'mediasoup/types';

/** Bytes that clients' transports have carried. */
export interface Traffic {
  received: number;
  sent: number;
}

type MeasuredTransport = Pick<WebRtcTransport, 'id' | 'getStats'>;

/** Adds up what transports carry, closed ones included, so that the totals never go down. */
export class TrafficLedger {
  readonly #open = new Map<MeasuredTransport, Traffic>();
  /** Closed, and asked for the last time. */
  readonly #closing = new Set<Traffic>();
  readonly #closed: Traffic = { received: 0, sent: 0 };

  /** Transports that are open now. */
  get transports(): number {
    return this.#open.size;
  }

  open(transport: MeasuredTransport): void {
    this.#open.set(transport, { received: 0, sent: 0 });
  }

  /** To be called before the transport is closed: the worker answers this last question before it closes it. */
  close(transport: MeasuredTransport): void {
    const last = this.#open.get(transport);
    if (last === undefined) return;
    this.#open.delete(transport);
    this.#closing.add(last);
    void measure(transport).then((traffic) => {
      this.#closing.delete(last);
      const { received, sent } = highest(last, traffic);
      this.#closed.received += received;
      this.#closed.sent += sent;
    });
  }

  /** Everything so far. */
  async total(): Promise<Traffic> {
    await Promise.all(
      [...this.#open].map(async ([transport, last]) => {
        Object.assign(last, highest(last, await measure(transport)));
      }),
    );
    const total = { ...this.#closed };
    for (const { received, sent } of [...this.#open.values(), ...this.#closing]) {
      total.received += received;
      total.sent += sent;
    }
    return total;
  }
}

/** Undefined when the transport, or its worker, is gone. */
async function measure(transport: MeasuredTransport): Promise<Traffic | undefined> {
  try {
    const [stats] = await transport.getStats();
    return stats && { received: stats.bytesReceived, sent: stats.bytesSent };
  } catch {
    return undefined;
  }
}

function highest(last: Traffic, now: Traffic | undefined): Traffic {
  if (now === undefined) return last;
  return { received: Math.max(last.received, now.received), sent: Math.max(last.sent, now.sent) };
}
