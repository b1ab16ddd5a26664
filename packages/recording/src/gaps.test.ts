import type { PlannedTrack } from '@parley/protocol/recording/recorder-api';
import { expect, it } from 'vitest';
import { MAX_SHOWN_GAPS, shownGaps } from './gaps.ts';

const planned = (trackId: string, participantId: string): PlannedTrack => ({
  trackId,
  participantId,
  kind: 'audio',
  source: 'microphone',
  mimeType: 'audio/opus',
  pieces: [],
});

it('shows gaps by participant, those of camera and microphone as one, and no mute', () => {
  const tracks = [planned('a', 'ann'), planned('b', 'ann'), planned('c', 'bob')];
  const gaps = [
    { trackId: 'a', reason: 'recorder' as const, from: 10, to: 20 },
    { trackId: 'b', reason: 'recorder' as const, from: 12, to: 25 },
    { trackId: 'c', reason: 'recorder' as const, from: 12, to: 21 },
    { trackId: 'a', reason: 'muted' as const, from: 1, to: 5 },
    { trackId: 'gone', reason: 'lost' as const, from: 2, to: 3 },
  ];
  expect(shownGaps({ tracks, gaps })).toEqual([
    { reason: 'lost', from: 2, to: 3 },
    { participantId: 'ann', reason: 'recorder', from: 10, to: 25 },
    { participantId: 'bob', reason: 'recorder', from: 12, to: 21 },
  ]);
});

it('shows the longest of too many, in order', () => {
  const gaps = Array.from({ length: MAX_SHOWN_GAPS + 50 }, (_, n) => ({
    trackId: 'a',
    reason: 'lost' as const,
    from: n * 1000,
    to: n * 1000 + n + 1,
  }));
  const shown = shownGaps({ tracks: [planned('a', 'ann')], gaps });
  expect(shown).toHaveLength(MAX_SHOWN_GAPS);
  expect(shown[0]?.from).toBe(50_000);
});
