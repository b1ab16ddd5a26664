import type { WebRtcTransport } from 'mediasoup/types';
import { LossAccount } from './loss-account.ts';

/** Bytes that clients' transports have carried. */
export interface Traffic {
  /** All of it. */
  received: number;
  sent: number;
  /** RTP alone, retransmissions and probes left out: the media itself. */
  rtpReceived: number;
  rtpSent: number;
}

/** What one transport has carried, and the share of its packets that were lost, 0–1, where that is known. */
export interface Carried extends Traffic {
  lossReceived?: number;
  lossSent?: number;
}

/** What is known of a transport that is open. */
interface Account {
  traffic: Traffic;
  readonly received: LossAccount;
  readonly sent: LossAccount;
}

export const NO_TRAFFIC: Readonly<Traffic> = { received: 0, sent: 0, rtpReceived: 0, rtpSent: 0 };

type MeasuredTransport = Pick<WebRtcTransport, 'id' | 'getStats'>;

/** Adds up what transports carry, closed ones included, so that the totals never go down. */
export class TrafficLedger {
  readonly #open = new Map<MeasuredTransport, Account>();
  /** Closed, and asked for the last time. */
  readonly #closing = new Set<Account>();
  #closed: Traffic = NO_TRAFFIC;

  /** Transports that are open now. */
  get transports(): number {
    return this.#open.size;
  }

  open(transport: MeasuredTransport): void {
    this.#open.set(transport, {
      traffic: NO_TRAFFIC,
      received: new LossAccount(),
      sent: new LossAccount(),
    });
  }

  /**
   * To be called before the transport is closed: the worker answers this last question before it closes it.
   *
   * @returns what it has carried; undefined when it was closed before
   */
  async close(transport: MeasuredTransport): Promise<Carried | undefined> {
    const account = this.#open.get(transport);
    if (account === undefined) return undefined;
    this.#open.delete(transport);
    this.#closing.add(account);
    await look(transport, account);
    this.#closing.delete(account);
    this.#closed = combine(this.#closed, account.traffic, (a, b) => a + b);
    const { traffic, received, sent } = account;
    return {
      ...traffic,
      ...(received.share !== undefined && { lossReceived: received.share }),
      ...(sent.share !== undefined && { lossSent: sent.share }),
    };
  }

  /** Everything so far. */
  async total(): Promise<Traffic> {
    await Promise.all([...this.#open].map(([transport, account]) => look(transport, account)));
    const counted = [...this.#open.values(), ...this.#closing];
    return counted.reduce((total, { traffic }) => combine(total, traffic, (a, b) => a + b), this.#closed);
  }
}

/** Adds what a transport has carried since the last look; nothing when it, or its worker, is gone. */
async function look(transport: MeasuredTransport, account: Account): Promise<void> {
  const [stats] = await transport.getStats().catch(() => []);
  if (stats === undefined) return;
  const before = account.traffic;
  const { bytesReceived, bytesSent, rtpBytesReceived, rtpBytesSent } = stats;
  const now = {
    received: bytesReceived,
    sent: bytesSent,
    rtpReceived: rtpBytesReceived,
    rtpSent: rtpBytesSent,
  };
  account.traffic = combine(before, now, Math.max);
  account.received.add(stats.rtpPacketLossReceived, account.traffic.rtpReceived - before.rtpReceived);
  account.sent.add(stats.rtpPacketLossSent, account.traffic.rtpSent - before.rtpSent);
}

function combine(a: Traffic, b: Traffic, how: (a: number, b: number) => number): Traffic {
  return {
    received: how(a.received, b.received),
    sent: how(a.sent, b.sent),
    rtpReceived: how(a.rtpReceived, b.rtpReceived),
    rtpSent: how(a.rtpSent, b.rtpSent),
  };
}
