import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumerParameters, TRANSPORT } from '../fixtures/server.ts';
import { type Answer, parseAnswer } from './receive-answer.ts';
import { writeOffer } from './receive-offer.ts';
import {
  addTrack,
  allocateMid,
  bundleOf,
  closeTrack,
  markOffered,
  NO_SECTIONS,
  type ReceiveSections,
  settle,
} from './receive-sections.ts';

const RTP_PARAMETERS = { audio: consumerParameters('audio', ''), video: consumerParameters('video', '') };

function add(
  current: ReceiveSections,
  kind: 'audio' | 'video' = 'video',
): { mid: string; sections: ReceiveSections } {
  const { mid, sections } = allocateMid(current);
  const rtpParameters = { ...RTP_PARAMETERS[kind], mid };
  return {
    mid,
    sections: addTrack(sections, { mid, kind, trackId: `t${mid}`, streamId: 's', rtpParameters }),
  };
}

/** What a client answers that stops the given m-lines. */
function answerOf(offered: ReceiveSections, stopped: ReadonlySet<string> = new Set()): Answer {
  const sdp = writeOffer({ transport: TRANSPORT, sections: offered, sessionId: '1', sessionVersion: 1 });
  const [head = '', ...media] = sdp.split(/^(?=m=)/m);
  const group = bundleOf(offered).filter((mid) => !stopped.has(mid));
  const answered = media.map((section) => {
    const mid = /^a=mid:(\S+)/m.exec(section)?.[1] ?? '';
    const direction = section.replace('a=sendonly', 'a=recvonly').replace('actpass', 'active');
    return stopped.has(mid) ? direction.replace(/^(m=\w+) \d+/, '$1 0') : direction;
  });
  return parseAnswer(
    head.replace(/a=group.*\r\n/, group.length ? `a=group:BUNDLE ${group.join(' ')}\r\n` : '') +
      answered.join(''),
  );
}

/** Offers and settles. */
function negotiate(current: ReceiveSections, stopped?: ReadonlySet<string>): ReceiveSections {
  const offered = markOffered(current);
  return settle(offered, offered, answerOf(offered, stopped)).sections;
}

function states({ sections }: ReceiveSections): string[] {
  return sections.map(({ mid, state }) => `${mid} ${state}`);
}

describe('receive sections', () => {
  it('take tracks in order', () => {
    let current = add(NO_SECTIONS, 'audio').sections;
    current = negotiate(add(current).sections);
    expect(states(current)).toEqual(['0 open', '1 open']);
    expect(current.anchor).toBe('0');
  });

  it('reuse an m-line under a new mid, once its end is agreed, for the same kind', () => {
    let current = negotiate(add(add(add(NO_SECTIONS).sections).sections, 'audio').sections);
    current = closeTrack(current, '1');
    expect(states(current)).toEqual(['0 open', '1 closing', '2 open']);
    // Not before the client knows.
    expect(states(add(current).sections)).toEqual(['0 open', '1 closing', '2 open', '3 open']);
    current = negotiate(current);
    expect(states(current)).toEqual(['0 open', '1 closed', '2 open']);
    expect(states(add(current, 'audio').sections)).toEqual(['0 open', '1 closed', '2 open', '3 open']);
    expect(states(add(current).sections)).toEqual(['0 open', '3 open', '2 open']);
  });

  it('do not reuse m-lines for a client that answers a stopped one with a port', () => {
    const current = closeTrack(negotiate(add(add(NO_SECTIONS).sections).sections), '1');
    const offered = markOffered(current);
    const answer = answerOf(offered);
    const media = answer.media.map((section) => ({ ...section, rejected: false }));
    const { sections } = settle(offered, offered, { ...answer, media });
    expect(states(sections)).toEqual(['0 open', '1 closed']);
    expect(states(add(sections).sections)).toEqual(['0 open', '1 closed', '2 open']);
  });

  it('keep the m-line that carries the transport', () => {
    let current = negotiate(add(add(NO_SECTIONS).sections).sections);
    current = negotiate(closeTrack(current, '0'));
    expect(states(current)).toEqual(['0 idle', '1 open']);
    current = negotiate(closeTrack(current, '1'));
    expect(states(current)).toEqual(['0 idle', '1 closed']);
    expect(bundleOf(current)).toEqual(['0']);
    expect(states(negotiate(add(current).sections))).toEqual(['0 idle', '2 open']);
  });

  it('keep it also where the answer moves the transport to an m-line whose track has ended meanwhile', () => {
    const offered = markOffered(add(add(add(NO_SECTIONS).sections).sections).sections);
    const current = closeTrack(offered, '1');
    expect(states(current)).toEqual(['0 open', '1 closing', '2 open']);
    const { sections } = settle(current, offered, answerOf(offered, new Set(['0'])));
    expect(sections.anchor).toBe('1');
    expect(states(sections)).toEqual(['0 closed', '1 idle', '2 open']);
    expect(bundleOf(markOffered(sections))).toEqual(['1', '2']);
  });

  it('leave m-lines before it as they are', () => {
    let current = negotiate(add(add(NO_SECTIONS).sections).sections, new Set(['0']));
    expect(states(current)).toEqual(['0 closed', '1 open']);
    expect(current.anchor).toBe('1');
    current = add(current).sections;
    expect(states(current)).toEqual(['0 closed', '1 open', '2 open']);
    expect(states(closeTrack(markOffered(current), '1'))).toEqual(['0 closed', '1 idle', '2 open']);
  });

  it('take back what was never offered', () => {
    const { mid, sections } = add(NO_SECTIONS);
    expect(states(closeTrack(sections, mid))).toEqual(['0 closed']);
    expect(states(add(closeTrack(sections, mid)).sections)).toEqual(['1 open']);
    // In an m-line that the client knows under another mid.
    const known = negotiate(closeTrack(negotiate(add(add(NO_SECTIONS).sections).sections), '1'));
    const again = add(known);
    expect(states(again.sections)).toEqual(['0 open', '2 open']);
    expect(states(closeTrack(again.sections, again.mid))).toEqual(['0 open', '1 closed']);
  });

  it('tell which tracks the client rejects', () => {
    const offered = markOffered(add(add(NO_SECTIONS).sections).sections);
    const { sections, rejected, offerAgain } = settle(offered, offered, answerOf(offered, new Set(['1'])));
    expect(rejected).toEqual(['1']);
    expect(offerAgain).toBe(false);
    expect(states(sections)).toEqual(['0 open', '1 closed']);
  });

  it('tell when the transport has to be described in another place', () => {
    const offered = markOffered(add(add(NO_SECTIONS).sections).sections);
    const first = settle(offered, offered, answerOf(offered, new Set(['0'])));
    expect(first.offerAgain).toBe(true);
    const again = markOffered(first.sections);
    expect(settle(again, again, answerOf(again)).offerAgain).toBe(false);
    expect(settle(offered, offered, answerOf(offered, new Set(['0', '1']))).offerAgain).toBe(false);
  });

  it('apply an answer to what has become of them since the offer', () => {
    const offered = markOffered(negotiate(add(add(NO_SECTIONS).sections).sections));
    let current = closeTrack(offered, '1');
    current = add(current, 'audio').sections;
    const { sections } = settle(current, offered, answerOf(offered));
    expect(states(sections)).toEqual(['0 open', '1 closing', '2 open']);
  });

  it('choose the transport anew when the client rejects everything', () => {
    let current = negotiate(add(NO_SECTIONS).sections, new Set(['0']));
    expect(current).not.toHaveProperty('anchor');
    current = negotiate(add(current).sections);
    expect(current.anchor).toBe('1');
  });

  it('refuse an answer to another offer', () => {
    const one = markOffered(add(NO_SECTIONS).sections);
    const two = markOffered(add(one, 'audio').sections);
    for (const [offered, answer] of [
      [two, answerOf(one)],
      [one, answerOf(two)],
      [one, answerOf(markOffered(add(NO_SECTIONS, 'audio').sections))],
      [one, answerOf(markOffered(add({ ...NO_SECTIONS, nextMid: 5 }).sections))],
    ] as const) {
      expect(() => settle(offered, offered, answer)).toThrow(
        expect.objectContaining({ code: 'sdp_malformed' }),
      );
    }
  });

  it('refuse mids that were not allocated, or are in use', () => {
    const { sections } = add(NO_SECTIONS);
    const track = {
      kind: 'audio',
      trackId: 't',
      streamId: 's',
      rtpParameters: RTP_PARAMETERS.audio,
    } as const;
    for (const mid of ['0', '1', '-1', 'x', '', '123456789']) {
      expect(() => addTrack(sections, { ...track, mid })).toThrow(TypeError);
    }
  });

  it('leave tracks alone that are not there', () => {
    const current = negotiate(add(NO_SECTIONS).sections);
    expect(closeTrack(current, '7')).toEqual(current);
  });
});

type Step =
  | { do: 'add'; kind: 'audio' | 'video' }
  | { do: 'close'; which: number }
  | { do: 'offer' }
  | { do: 'answer'; stop: number[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      kind: fc.constantFrom('audio' as const, 'video' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('close' as const), which: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('offer' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      stop: fc.array(fc.nat(20), { maxLength: 1 }),
    }),
  },
);

describe('over any course of a call', () => {
  it('m-lines stay where they are, mids are never used again, and the transport is never stopped', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let current = NO_SECTIONS;
        let inFlight: ReceiveSections | undefined;
        const open = new Set<string>();
        /** Of each mid the client has seen, its index; of each index, the mids it had. */
        const indexOf = new Map<string, number>();
        let negotiated: ReceiveSections | undefined;
        for (const next of steps) {
          const length = current.sections.length;
          switch (next.do) {
            case 'add': {
              const { mid, sections } = add(current, next.kind);
              expect(indexOf.has(mid)).toBe(false);
              open.add(mid);
              current = sections;
              break;
            }
            case 'close': {
              const mid = [...open][next.which % Math.max(open.size, 1)];
              if (mid === undefined) break;
              open.delete(mid);
              current = closeTrack(current, mid);
              break;
            }
            case 'offer': {
              if (inFlight) break;
              inFlight = current = markOffered(current);
              for (const [index, { mid, kind, state }] of inFlight.sections.entries()) {
                expect(indexOf.get(mid) ?? index).toBe(index);
                indexOf.set(mid, index);
                const before = negotiated?.sections[index];
                if (!before) continue;
                // Firefox refuses another kind, Chrome another mid on a living m-line.
                expect(kind).toBe(before.kind);
                if (mid !== before.mid) expect([before.state, state]).toEqual(['closed', 'open']);
              }
              const live = inFlight.sections.filter(({ state }) => state === 'open' || state === 'idle');
              expect(bundleOf(inFlight)).toEqual(live.map(({ mid }) => mid));
              if (negotiated?.anchor !== undefined) expect(live[0]?.mid).toBe(negotiated.anchor);
              break;
            }
            case 'answer': {
              if (!inFlight) break;
              const stoppable = inFlight.sections.filter(({ state }) => state === 'open');
              const stop = new Set(next.stop.flatMap((which) => stoppable[which]?.mid ?? []));
              const settled = settle(current, inFlight, answerOf(inFlight, stop));
              expect(new Set(settled.rejected)).toEqual(stop);
              for (const mid of stop) open.delete(mid);
              current = settled.sections;
              negotiated = settle(inFlight, inFlight, answerOf(inFlight, stop)).sections;
              inFlight = undefined;
              break;
            }
          }
          expect(current.sections.length).toBeGreaterThanOrEqual(length);
          const live = current.sections.filter(({ state }) => state === 'open').map(({ mid }) => mid);
          expect(new Set(live)).toEqual(open);
          expect(new Set(current.sections.map(({ mid }) => mid)).size).toBe(current.sections.length);
        }
      }),
      { numRuns: 400 },
    );
  });
});
