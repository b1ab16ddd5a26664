import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallStats, ConnectionStats, ReceivedStats, SentStats } from './call-stats.ts';
import {
  type ConnectionQuality,
  judgeOwn,
  judgeRemote,
  type SteadyQuality,
  steady,
} from './connection-quality.ts';

const stream = {
  kind: 'audio',
  codec: 'opus',
  bitrate: 32_000,
  packets: 50,
  loss: 0,
  jitter: 1,
  width: 0,
  height: 0,
  framesPerSecond: 0,
} as const;
const way: ConnectionStats = {
  state: 'connected',
  roundTripTime: 20,
  availableOutgoingBitrate: undefined,
  localCandidate: 'host',
  remoteCandidate: 'host',
  protocol: 'udp',
};

function look({
  sent = {},
  received = {},
  sending = {},
}: {
  sent?: Partial<SentStats>;
  received?: Partial<ReceivedStats>;
  sending?: Partial<ConnectionStats>;
} = {}): CallStats {
  return {
    at: 0,
    sending: { ...way, ...sending },
    receiving: way,
    sent: [{ ...stream, source: 'microphone', rid: undefined, limitedBy: 'none', ...sent }],
    received: new Map([
      [
        'a',
        {
          ...stream,
          trackId: 'a',
          participantId: 'ann',
          source: 'microphone',
          jitterBufferDelay: 40,
          freezes: 0,
          concealed: 0,
          ...received,
        },
      ],
    ]),
  };
}
const five = (what?: Parameters<typeof look>[0]) => Array.from({ length: 5 }, () => look(what));

describe('the own connection', () => {
  it.each<[ConnectionQuality, Parameters<typeof look>[0]]>([
    ['good', {}],
    ['good', { sent: { loss: 0.01 } }],
    ['fair', { sent: { loss: 0.03 } }],
    ['poor', { sent: { loss: 0.1 } }],
    ['poor', { received: { loss: 0.1 } }],
    ['fair', { sending: { roundTripTime: 400 } }],
    ['poor', { sending: { roundTripTime: 700 } }],
    ['good', { sending: { roundTripTime: undefined } }],
    ['fair', { sent: { limitedBy: 'bandwidth' } }],
    ['good', { sent: { limitedBy: 'cpu' } }],
    ['lost', { sending: { state: 'disconnected' } }],
    ['good', { sending: { state: 'new' } }],
  ])('is %s with %o', (quality, what) => {
    expect(judgeOwn(five(what))).toBe(quality);
  });

  it('says nothing bad where nothing was measured', () => {
    expect(judgeOwn([])).toBe('good');
  });
});

describe('somebody else', () => {
  const judge = (what?: Parameters<typeof look>[0]) => judgeRemote(five(what), ['a']);

  it.each<[ConnectionQuality, Partial<ReceivedStats>]>([
    ['good', {}],
    ['good', { loss: 0.01, concealed: 0.01 }],
    ['fair', { loss: 0.05 }],
    ['poor', { loss: 0.09 }],
    ['fair', { concealed: 0.05 }],
    ['poor', { concealed: 0.2 }],
    ['poor', { kind: 'video', freezes: 1 }],
    // Silence: a packet or two may be lost and nobody notices.
    ['good', { packets: 2, loss: 0.5 }],
    ['lost', { packets: 0 }],
  ])('comes through %s with %o', (quality, received) => {
    expect(judge({ received })).toBe(quality);
  });

  it('is not judged by what is muted, or does not arrive', () => {
    expect(judgeRemote(five({ received: { packets: 0 } }), [])).toBeUndefined();
    expect(judgeRemote(five(), ['b'])).toBeUndefined();
  });

  it('is not lost before something could arrive', () => {
    expect(judgeRemote([look({ received: { packets: 0 } })], ['a'])).toBe('good');
  });
});

describe('a steady judgement', () => {
  const all = (judged: readonly ConnectionQuality[]) => {
    let now: SteadyQuality | undefined;
    return judged.map((one) => {
      now = steady(now, one);
      return now.quality;
    });
  };

  it('does not follow one bad look, but two', () => {
    expect(all(['good', 'poor', 'good', 'poor', 'fair', 'good'])).toEqual([
      'good',
      'good',
      'good',
      'good',
      'fair',
      'fair',
    ]);
  });

  it('is better after five better looks, and leaves a loss when something comes', () => {
    expect(all(['poor', 'good', 'good', 'good', 'good', 'good'])).toEqual([...Array(5).fill('poor'), 'good']);
    expect(all(['good', 'lost', 'poor', 'good'])).toEqual(['good', 'lost', 'poor', 'poor']);
  });

  it('is one of the latest judgements or what it was, and stays where they stay', () => {
    const quality = fc.constantFrom<ConnectionQuality>('good', 'fair', 'poor', 'lost');
    fc.assert(
      fc.property(fc.array(quality, { minLength: 1, maxLength: 40 }), quality, (before, last) => {
        const seen = all(before);
        for (const [index, now] of seen.entries()) {
          const recent = before.slice(Math.max(0, index - 4), index + 1);
          expect([...recent, seen[index - 1]]).toContain(now);
        }
        expect(all([...before, ...Array(5).fill(last)]).at(-1)).toBe(last);
      }),
    );
  });
});
