import type { Attendance, TrackGap } from '@parley/protocol/recording/manifest';
import type { Piece } from '@parley/protocol/recording/recorder-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTakes } from '../takes.ts';
import { planOf } from '../testing/finish-folder.ts';
import { isIn, roomView, without } from './room-view.ts';

function pieces(trackId: string, spans: [from: number, to: number][]): Piece[] {
  return spans.map(([from, to], index) => ({
    segment: {
      ...{ trackId, epoch: 1, index, file: `1/${trackId}/${index}.webm`, frames: 1, keyFrame: true, lost: 0 },
      ...{ rtpFrom: from * 90, rtpTo: to * 90, bytes: 1, sha256: '0'.repeat(64) },
    },
    at: from,
    rate: 90_000,
  }));
}

function view(
  source: 'camera' | 'screen',
  spans: [number, number][],
  gaps: Omit<TrackGap, 'trackId'>[] = [],
  people?: Attendance[],
) {
  const track = { trackId: 't', participantId: 'p', kind: 'video', source, mimeType: 'video/VP8' } as const;
  const plan = { ...planOf([{ ...track, pieces: pieces('t', spans) }]), stoppedAt: 90_000 };
  const told = {
    ...plan,
    gaps: gaps.map((gap) => ({ ...gap, trackId: 't' })),
    participants: people ?? plan.participants,
  };
  return roomView(told, planTakes(told))[0];
}

describe('what is seen of somebody', () => {
  it('is no camera while it is off, though it is one where segments meet', () => {
    const spans: [number, number][] = [
      [0, 10_000],
      [10_300, 20_000],
      [30_000, 40_000],
    ];
    expect(view('camera', spans)?.camera).toEqual([
      { from: 0, to: 20_000 },
      { from: 30_000, to: 40_000 },
    ]);
    const muted = { from: 4000, to: 6000, reason: 'muted' } as const;
    expect(view('camera', [[0, 10_000]], [muted])?.camera).toEqual([
      { from: 0, to: 4000 },
      { from: 6000, to: 10_000 },
    ]);
  });

  it('is a screen for as long as it is shared, though nothing moves on it', () => {
    const spans: [number, number][] = [
      [0, 10_000],
      [50_000, 60_000],
    ];
    expect(view('screen', spans)?.screen).toEqual([{ from: 0, to: 60_000 }]);
    const gone = { from: 20_000, to: 30_000, reason: 'recorder' } as const;
    expect(view('screen', spans, [gone])?.screen).toEqual([
      { from: 0, to: 20_000 },
      { from: 30_000, to: 60_000 },
    ]);
  });

  it('has the last name, and all the times somebody was there', () => {
    const people = [
      { participantId: 'p', name: 'Ann', from: 0, to: 10 },
      { participantId: 'p', name: 'Anna', from: 20 },
    ];
    expect(view('camera', [[0, 10]], [], people)).toMatchObject({
      name: 'Anna',
      there: [
        { from: 0, to: 10 },
        { from: 20, to: 90_000 },
      ],
    });
  });
});

it('spans less others hold a time exactly where the others do not', () => {
  const span = fc
    .tuple(fc.nat(100), fc.integer({ min: 1, max: 30 }))
    .map(([from, ms]) => ({ from, to: from + ms }));
  fc.assert(
    fc.property(fc.array(span), fc.array(span), fc.nat(130), (spans, others, at) => {
      expect(isIn(without(spans, others), at)).toBe(isIn(spans, at) && !isIn(others, at));
    }),
  );
});
