import type { ManifestPart } from '@parley/protocol/recording/manifest';
import { FinishPlan } from '@parley/protocol/recording/recorder-api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { finishPlan, usedUntil } from './stitch.ts';
import { manifestFrom, part, START, segment, stoppedFacts, track, turnsOf } from './testing.ts';

const plan = (parts: ManifestPart[], epochs: number, reason?: 'stopped' | 'failed') => {
  const turns = turnsOf(epochs);
  return finishPlan(stoppedFacts(turns, reason), manifestFrom(turns, parts));
};

/** Segments of up to 10 s, some lost, in each epoch, which may begin before the one before it has ended. */
const anyParts = fc.array(
  fc.record({
    at: fc.integer({ min: -5_000, max: 90_000 }),
    lengths: fc.array(fc.record({ ms: fc.integer({ min: 20, max: 10_000 }), isLost: fc.boolean() }), {
      maxLength: 8,
    }),
  }),
  { minLength: 1, maxLength: 4 },
);

it('the pieces of a track are in order and no two are of one time; from its first frame on a later epoch has everything', () => {
  fc.assert(
    fc.property(anyParts, (epochs) => {
      const parts = epochs.map(({ at, lengths }, index) => {
        let from = 0;
        const segments = lengths.flatMap(({ ms, isLost }, number) => {
          const own = segment('a', index + 1, number, from, from + ms);
          from += ms;
          return isLost ? [] : [own];
        });
        return part(index + 1, { tracks: [track('a', index + 1, START + at)], segments });
      });
      const { tracks } = FinishPlan.parse(plan(parts, epochs.length));
      const pieces = tracks[0]?.pieces ?? [];
      for (const [index, piece] of pieces.entries()) {
        const before = pieces[index - 1];
        expect(usedUntil(piece)).toBeGreaterThan(piece.at);
        if (before !== undefined) expect(piece.at).toBeGreaterThanOrEqual(usedUntil(before) - 1e-3);
      }
      const firsts = parts.flatMap(({ epoch, segments, tracks: [own] }) =>
        segments[0] === undefined || own === undefined
          ? []
          : [{ epoch, at: own.clock.at + segments[0].rtpFrom / 90 }],
      );
      for (const { epoch, at } of firsts) {
        for (const piece of pieces)
          if (piece.segment.epoch < epoch) expect(usedUntil(piece)).toBeLessThanOrEqual(at);
      }
      const newest = firsts.at(-1)?.epoch;
      const kept = pieces.filter(({ segment: { epoch } }) => epoch === newest).length;
      expect(kept, 'nothing of the newest epoch is left out').toBe(
        parts.findLast(({ epoch }) => epoch === newest)?.segments.length ?? 0,
      );
    }),
  );
});

it('time is in a piece or in a gap, from the first to the last', () => {
  fc.assert(
    fc.property(anyParts, (epochs) => {
      const parts = epochs.map(({ at, lengths }, index) => {
        let from = 0;
        const segments = lengths.flatMap(({ ms, isLost }, number) => {
          const own = segment('a', index + 1, number, from, from + ms);
          from += ms;
          return isLost ? [] : [own];
        });
        return part(index + 1, { tracks: [track('a', index + 1, START + at)], segments });
      });
      const { tracks, gaps } = plan(parts, epochs.length);
      const pieces = tracks[0]?.pieces ?? [];
      for (const [index, piece] of pieces.entries()) {
        const before = pieces[index - 1];
        if (before === undefined || piece.at - usedUntil(before) < 100) continue;
        expect(gaps).toContainEqual({
          trackId: 'a',
          reason: 'recorder',
          from: usedUntil(before),
          to: piece.at,
        });
      }
    }),
  );
});

it('cuts what a recorder took after another had the recording, and what it says it missed then', () => {
  const parts = [
    part(1, {
      tracks: [track('a', 1)],
      segments: [
        segment('a', 1, 0, 0, 10_000),
        segment('a', 1, 1, 10_000, 20_000),
        segment('a', 1, 2, 20_000, 30_000),
      ],
      gaps: [{ trackId: 'a', reason: 'lost', from: START + 14_000, to: START + 16_000 }],
    }),
    part(2, { tracks: [track('a', 2, START + 15_000)], segments: [segment('a', 2, 0, 0, 10_000)] }),
  ];
  const { tracks, gaps } = plan(parts, 2);
  expect(tracks).toHaveLength(1);
  expect(
    tracks[0]?.pieces.map(({ at, until, segment: { epoch, index } }) => [epoch, index, at - START, until]),
  ).toEqual([
    [1, 0, 0, undefined],
    [1, 1, 10_000, START + 15_000],
    [2, 0, 15_000, undefined],
  ]);
  expect(gaps).toEqual([{ trackId: 'a', reason: 'lost', from: START + 14_000, to: START + 15_000 }]);
});

it('states the time between two recorders, but for what was muted', () => {
  const parts = [
    part(1, {
      tracks: [track('a', 1)],
      segments: [segment('a', 1, 0, 0, 10_000)],
      gaps: [{ trackId: 'a', reason: 'muted', from: START + 10_000, to: START + 20_000 }],
    }),
    part(2, { tracks: [track('a', 2, START + 40_000)], segments: [segment('a', 2, 0, 0, 10_000)] }),
  ];
  expect(plan(parts, 2).gaps).toEqual([
    { trackId: 'a', reason: 'muted', from: START + 10_000, to: START + 20_000 },
    { trackId: 'a', reason: 'recorder', from: START + 20_000, to: START + 40_000 },
  ]);
});

it('states what a recorder saw begin and went with before it had closed anything', () => {
  const { gaps } = plan(
    [
      part(1, { tracks: [track('a', 1, START + 500)] }),
      part(2, { tracks: [track('a', 2, START + 7_000)], segments: [segment('a', 2, 0, 0, 10_000)] }),
    ],
    2,
  );
  expect(gaps).toEqual([{ trackId: 'a', reason: 'recorder', from: START + 500, to: START + 7_000 }]);
});

it('a clock that is known better later holds for all of its epoch', () => {
  const better = { ...track('a', 1), clock: { rtp: 900_000, at: START + 10_050, rate: 90_000 } };
  const parts = [
    part(1, { tracks: [track('a', 1)], segments: [segment('a', 1, 0, 0, 10_000)] }),
    part(1, { tracks: [better] }),
  ];
  expect(plan(parts, 1).tracks[0]?.pieces[0]?.at).toBe(START + 50);
});

it('states what is missing to the end where no recorder could go on', () => {
  const parts = [
    part(1, {
      tracks: [track('early', 1), track('there', 1)],
      segments: [
        segment('early', 1, 0, 0, 10_000),
        ...[0, 1, 2].map((n) => segment('there', 1, n, n * 10_000, n * 10_000 + 10_000)),
      ],
    }),
  ];
  expect(plan(parts, 1, 'failed').gaps).toEqual([
    { trackId: 'there', reason: 'recorder', from: START + 30_000, to: START + 600_000 },
  ]);
  expect(plan(parts, 1, 'stopped').gaps).toEqual([]);
});

it('leaves out a segment of a track that nobody described, and makes two tracks of one whose codec changed', () => {
  const parts = [
    part(1, {
      tracks: [track('a', 1)],
      segments: [segment('a', 1, 0, 0, 10_000), segment('x', 1, 0, 0, 10_000)],
    }),
    part(2, {
      tracks: [{ ...track('a', 2, START + 10_000), mimeType: 'video/H264' }],
      segments: [segment('a', 2, 0, 0, 10_000)],
    }),
  ];
  expect(
    plan(parts, 2).tracks.map(({ trackId, mimeType, pieces }) => [trackId, mimeType, pieces.length]),
  ).toEqual([
    ['a', 'video/VP8', 1],
    ['a', 'video/H264', 1],
  ]);
});
