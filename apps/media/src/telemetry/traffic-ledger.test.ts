import { describe, expect, it } from 'vitest';
import { TrafficLedger } from './traffic-ledger.ts';

type Stats = { bytesReceived: number; bytesSent: number };

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
    const a = transport({ bytesReceived: 10, bytesSent: 1 });
    const b = transport({ bytesReceived: 5, bytesSent: 5 });
    ledger.open(a);
    ledger.open(b);
    expect(await ledger.total()).toEqual({ received: 15, sent: 6 });
    a.stats = { bytesReceived: 30, bytesSent: 2 };
    ledger.close(a);
    await Promise.resolve();
    expect(await ledger.total(), 'what it carried since the last look counts').toEqual({
      received: 35,
      sent: 7,
    });
    expect(ledger.transports).toBe(1);
  });

  it('keeps what it saw last of a transport whose worker died', async () => {
    const ledger = new TrafficLedger();
    const a = transport({ bytesReceived: 10, bytesSent: 1 });
    ledger.open(a);
    await ledger.total();
    a.stats = undefined;
    expect(await ledger.total()).toEqual({ received: 10, sent: 1 });
    ledger.close(a);
    ledger.close(a);
    expect(await ledger.total(), 'closed twice counts once').toEqual({ received: 10, sent: 1 });
  });
});
