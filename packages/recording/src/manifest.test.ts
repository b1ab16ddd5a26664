import type { ManifestPart } from '@parley/protocol/recording/manifest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accept, type Entry, manifestOf } from './manifest.ts';
import { manifestFrom, part, START, segment, track, turnsOf } from './testing.ts';

const trackId = fc.constantFrom('a', 'b');
const epoch = fc.integer({ min: 1, max: 4 });
const anyPart: fc.Arbitrary<ManifestPart> = epoch.chain((one) =>
  fc.record({
    epoch: fc.constant(one),
    participants: fc.array(
      fc.record({
        participantId: trackId,
        name: fc.constant('Ann'),
        from: fc.integer({ min: START, max: START + 9 }),
      }),
      { maxLength: 2 },
    ),
    tracks: fc.array(
      trackId.map((id) => track(id, one)),
      { maxLength: 2 },
    ),
    segments: fc.array(
      fc
        .tuple(trackId, fc.integer({ min: 0, max: 5 }))
        .map(([id, index]) => segment(id, one, index, index * 10, index * 10 + 9)),
      { maxLength: 4 },
    ),
    gaps: fc.array(
      fc.record({
        trackId,
        reason: fc.constantFrom('muted' as const, 'lost' as const),
        from: fc.integer({ min: 0, max: 9 }),
        to: fc.integer({ min: 10, max: 19 }),
      }),
      { maxLength: 2 },
    ),
  }),
);

it('the same part again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(anyPart, { maxLength: 6 }), (parts) => {
      const turns = turnsOf(4);
      const once = manifestFrom(turns, parts);
      const again = manifestFrom(
        turns,
        parts.flatMap((one) => [one, one]),
      );
      expect(again).toEqual(once);
    }),
  );
});

it('of one key there is one fact, the latest', () => {
  const turns = turnsOf(1);
  const gap = { trackId: 'a', reason: 'lost' as const, from: 1 };
  const later = { ...track('a', 1), clock: { rtp: 5, at: 7, rate: 90_001 } };
  const parts = [
    part(1, { tracks: [track('a', 1)], gaps: [{ ...gap, to: 2 }] }),
    part(1, {
      tracks: [later],
      gaps: [
        { ...gap, to: 9 },
        { ...gap, reason: 'muted', to: 3 },
      ],
    }),
  ];
  expect(manifestFrom(turns, parts)).toMatchObject({
    tracks: [later],
    gaps: [{ to: 9 }, { reason: 'muted', to: 3 }],
  });
});

it('takes what is of an epoch that was given to who reports, and refuses the rest with its files', () => {
  fc.assert(
    fc.property(anyPart, fc.constantFrom('recorder-1', 'recorder-2', 'recorder-5'), (one, recorderId) => {
      const { entries, refused } = accept(turnsOf(3), recorderId, one);
      const isOwn = `recorder-${one.epoch}` === recorderId && one.epoch <= 3;
      const files = one.segments.map(({ file }) => file);
      expect(refused).toEqual(isOwn ? [] : files);
      expect(entries).toHaveLength(
        isOwn ? one.participants.length + one.tracks.length + one.segments.length + one.gaps.length : 0,
      );
    }),
  );
});

it('takes nothing of another epoch than the part says it is of, unless that was given to the same recorder', () => {
  const turns = [...turnsOf(2), { epoch: 3, recorderId: 'recorder-1', at: START }];
  const foreign = part(1, { segments: [segment('a', 2, 0, 0, 9), segment('a', 3, 0, 0, 9)] });
  const { entries, refused } = accept(turns, 'recorder-1', foreign);
  expect(refused).toEqual(['2/a/000000.webm']);
  expect(entries.map(({ value }) => value.epoch)).toEqual([3]);
});

it('a manifest has every entry, by kind', () => {
  const entries: Entry[] = accept(
    turnsOf(1),
    'recorder-1',
    part(1, { tracks: [track('a', 1)], segments: [segment('a', 1, 0, 0, 9)] }),
  ).entries;
  expect(manifestOf(entries)).toEqual({
    participants: [],
    tracks: [track('a', 1)],
    segments: [segment('a', 1, 0, 0, 9)],
    gaps: [],
  });
});
