import type { RecordedTrack, Segment } from '@parley/protocol/recording/manifest';
import { expect, it } from 'vitest';
import { Facts, manifestPart } from './facts.ts';

const track = (at: number): RecordedTrack => ({
  trackId: 't',
  epoch: 1,
  participantId: 'p',
  kind: 'audio',
  source: 'microphone',
  mimeType: 'audio/opus',
  clock: { rtp: 0, at, rate: 48_000 },
});
const segment = (index: number): Segment => ({
  trackId: 't',
  epoch: 1,
  index,
  file: `1/t/${index}.webm`,
  rtpFrom: 0,
  rtpTo: 1,
  frames: 1,
  keyFrame: true,
  lost: 0,
  bytes: 1,
  sha256: '0'.repeat(64),
});

it('tells a segment only when it is where a finisher finds it, and everything else at once', () => {
  const facts = new Facts();
  facts.add({ type: 'track', track: track(1) });
  facts.add({ type: 'segment', segment: segment(0) }, true);
  facts.add({ type: 'segment', segment: segment(1) }, true);
  facts.release(segment(1));
  expect(manifestPart(1, facts.next(10))).toMatchObject({ tracks: [track(1)], segments: [segment(1)] });
  facts.told(facts.next(10));
  expect(facts.next(10)).toEqual([]);
  expect(facts.size).toBe(1);
  facts.forget(segment(0));
  expect(facts.size).toBe(0);
});

it('tells the last clock of a track, and again when it changed while it was told', () => {
  const facts = new Facts();
  facts.add({ type: 'track', track: track(1) });
  facts.add({ type: 'track', track: track(2) });
  const telling = facts.next(10);
  expect(manifestPart(1, telling).tracks).toEqual([track(2)]);
  facts.add({ type: 'track', track: track(3) });
  facts.told(telling);
  expect(manifestPart(1, facts.next(10)).tracks).toEqual([track(3)]);
});

it('tells so many at a time', () => {
  const facts = new Facts();
  for (let index = 0; index < 5; index += 1) facts.add({ type: 'segment', segment: segment(index) });
  facts.told(facts.next(3));
  expect(manifestPart(1, facts.next(3)).segments.map(({ index }) => index)).toEqual([3, 4]);
});
