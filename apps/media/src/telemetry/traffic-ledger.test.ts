import { describe, expect, it } from 'vitest';
import { TrafficLedger } from './traffic-ledger.ts';

type Stats = { bytesReceived: number; bytesSent: number; rtpBytesReceived: number; rtpBytesSent: number };

/** Half of it is media. */
const stats = (bytesReceived: number, bytesSent: number): Stats => ({
  bytesReceived,
  bytesSent,
  rtpBytesReceived: bytesReceived / 2,
  rtpBytesSent: bytesSent / 2,
});
const traffic = (received: number, sent: number) => ({
  received,
  sent,
  rtpReceived: received / 2,
  rtpSent: sent / 2,
});

/** Answers with what it is told to, as the worker would. */
function transport(stats: Stats | undefined) {
  const fake = {
    id: crypto.randomUUID(),
    stats,
    getStats: async () => {
      if (fake.stats === undefined) throw new Error('the worker is gone');
      return [fake.stats] as never;
    },
  };
  return fake;
}

describe('TrafficLedger', () => {
  it('adds up open and closed transports and never goes down', async () => {
    const ledger = new TrafficLedger();
    const a = transport(stats(10, 1));
    const b = transport(stats(5, 5));
    ledger.open(a);
    ledger.open(b);
    expect(await ledger.total()).toEqual(traffic(15, 6));
    a.stats = stats(30, 2);
    ledger.close(a);
    await Promise.resolve();
    expect(await ledger.total(), 'what it carried since the last look counts').toEqual(traffic(35, 7));
    expect(ledger.transports).toBe(1);
  });

  it('keeps what it saw last of a transport whose worker died', async () => {
    const ledger = new TrafficLedger();
    const a = transport(stats(10, 1));
    ledger.open(a);
    await ledger.total();
    a.stats = undefined;
    expect(await ledger.total()).toEqual(traffic(10, 1));
    ledger.close(a);
    ledger.close(a);
    expect(await ledger.total(), 'closed twice counts once').toEqual(traffic(10, 1));
  });
});
