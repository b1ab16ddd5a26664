import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { timeAt } from './clock.ts';
import { depacketizerOf } from './codecs/codec.ts';
import type { Depacketizer } from './codecs/depacketizer.ts';
import { vp8 } from './codecs/vp8.ts';
import { DiskQueue } from './disk-queue.ts';
import { TrackFeed, trackInfo } from './testing/track-feed.ts';

/** How long each gap is, and why. */
function gaps({ recorded }: TrackFeed) {
  return recorded.gaps.map(({ reason, from, to }) => ({ reason, ms: Math.round(to - from) }));
}

test('a segment ends with the key frame that is asked for at 8 s, or at 10 s without', async () => {
  await using feed = await TrackFeed.open('video');
  for (let i = 0; i < 84; i++) feed.picture(i === 0 || i === 83);
  expect(feed.keyFramesAsked).toEqual([8020]);
  for (let i = 0; i < 120; i++) feed.picture(false);
  await feed.end();
  const segments = feed.recorded.of('T');
  expect(segments.map(({ frames, keyFrame }) => ({ frames, keyFrame }))).toEqual([
    { frames: 83, keyFrame: true },
    { frames: 101, keyFrame: true },
    { frames: 20, keyFrame: false },
  ]);
  expect(segments[1]?.rtpFrom).toBe(segments[0]?.rtpTo);
  expect(gaps(feed)).toEqual([]);
});

test('a picture that stands still is in segments all the same', async () => {
  await using feed = await TrackFeed.open('video');
  feed.picture(true, 4000);
  feed.picture(false, 14_000);
  feed.picture(false, 30_000);
  feed.picture(true, 1000);
  await feed.end();
  const segments = feed.recorded.of('T');
  expect(segments.map(({ frames }) => frames)).toEqual([2, 1, 1]);
  expect(segments.map(({ keyFrame }) => keyFrame)).toEqual([true, false, true]);
  expect(gaps(feed)).toEqual([]);
  const clock = feed.recorded.tracks.get('T')?.clock;
  const times = segments.map(({ rtpFrom }) => Math.round(clock ? timeAt(clock, rtpFrom) - feed.now : 0));
  expect(times).toEqual([-49_000, -31_000, -1000]);
});

test('a segment whose end waits for a lost packet is not closed before it', async () => {
  await using feed = await TrackFeed.open('video');
  for (let i = 0; i < 98; i++) feed.picture(i === 0);
  const late = { sequence: feed.sequence, timestamp: feed.timestamp >>> 0, marker: true };
  feed.picture(false, 100, false);
  for (const key of [false, true, false]) feed.picture(key);
  feed.pass(50);
  feed.track.packet({ ...late, payload: Buffer.from('10d1000000', 'hex'), arrival: feed.now });
  await feed.end();
  expect(feed.recorded.of('T').map(({ frames, keyFrame }) => ({ frames, keyFrame }))).toEqual([
    { frames: 100, keyFrame: true },
    { frames: 2, keyFrame: true },
  ]);
});

test('another size is another segment', async () => {
  await using feed = await TrackFeed.open('video');
  for (const width of [320, 320, 640]) {
    feed.picture(true, 100, true, width);
    feed.picture(false);
  }
  await feed.end();
  expect(feed.recorded.of('T').map(({ frames, width }) => ({ frames, width }))).toEqual([
    { frames: 4, width: 320 },
    { frames: 2, width: 640 },
  ]);
});

test('video without its reference is left out until a key frame, which is asked for once a second', async () => {
  await using feed = await TrackFeed.open('video');
  feed.picture(true);
  feed.picture(false);
  feed.picture(false, 100, false);
  for (let i = 0; i < 22; i++) feed.picture(false);
  feed.picture(true);
  await feed.end();
  expect(feed.nacked.length).toBeGreaterThan(5);
  expect(feed.keyFramesAsked).toEqual([800, 1800]);
  expect(feed.recorded.of('T')).toMatchObject([{ frames: 3, lost: 1 }]);
  expect(gaps(feed)).toEqual([{ reason: 'lost', ms: 2400 }]);
});

test('sound that is lost for long is told of, and silence that is not sent is no loss', async () => {
  await using feed = await TrackFeed.open('audio');
  for (let i = 0; i < 100; i++) feed.sound(i < 50 || i >= 60);
  feed.pass(700);
  feed.timestamp = (feed.timestamp + 700 * 48) % 2 ** 32;
  for (let i = 0; i < 20; i++) feed.sound(true, 400);
  await feed.end();
  expect(gaps(feed)).toEqual([{ reason: 'lost', ms: 200 }]);
  expect(feed.recorded.of('T').reduce((sum, { frames }) => sum + frames, 0)).toBe(110);
  expect(feed.lost).toBe(10);
});

test('muting ends the segment and is told of, from the last frame to the next', async () => {
  await using feed = await TrackFeed.open('video');
  for (let i = 0; i < 10; i++) feed.picture(i === 0);
  feed.track.muted(true, feed.now);
  feed.pass(30_000);
  feed.timestamp = (feed.timestamp + 30_000 * 90) % 2 ** 32;
  feed.track.muted(false, feed.now);
  feed.picture(true);
  await feed.end();
  expect(feed.recorded.of('T').map(({ frames }) => frames)).toEqual([10, 1]);
  expect(gaps(feed)).toEqual([{ reason: 'muted', ms: 30_100 }]);
  expect(feed.keyFramesAsked).toEqual([]);
});

test('a source that counts anew goes on where its packets come, on the same line', async () => {
  await using feed = await TrackFeed.open('video');
  for (let i = 0; i < 20; i++) feed.picture(i === 0);
  feed.timestamp = 12_345;
  feed.sequence = 30_000;
  for (let i = 0; i < 20; i++) feed.picture(i === 0);
  await feed.end();
  const segments = feed.recorded.of('T');
  const [a, b] = segments;
  // The first packet that is far off is only believed with the next one.
  expect(segments.map(({ frames }) => frames)).toEqual([20, 20]);
  const clock = feed.recorded.tracks.get('T')?.clock;
  if (!a || !b || !clock) throw new Error('Something is missing');
  expect(Math.abs(timeAt(clock, b.rtpFrom) - timeAt(clock, a.rtpFrom) - 2000)).toBeLessThan(5);
});

test('another node takes the track over: the gap has a name, the times go on', async () => {
  await using feed = await TrackFeed.open('video');
  for (let i = 0; i < 10; i++) feed.picture(i === 0);
  feed.track.lostNode(feed.now);
  feed.pass(5000);
  const info = trackInfo('video', 2);
  const depacketizer = depacketizerOf(info.rtp);
  if (depacketizer !== undefined) feed.track.replace(info, depacketizer);
  feed.timestamp = 777;
  for (let i = 0; i < 10; i++) feed.picture(i === 0);
  await feed.end();
  expect(gaps(feed)).toEqual([{ reason: 'node', ms: 5100 }]);
  const clock = feed.recorded.tracks.get('T')?.clock;
  const [a, b] = feed.recorded.of('T').map(({ rtpFrom }) => (clock ? timeAt(clock, rtpFrom) : 0));
  expect(Math.round((b ?? 0) - (a ?? 0))).toBe(6000);
});

test('a slow disk costs video, up to a key frame, and never memory', async () => {
  const disk = new DiskQueue(4000);
  await using feed = await TrackFeed.open('video', disk);
  for (let i = 0; i < 30; i++) feed.picture(i === 0);
  disk.entered(4000);
  for (let i = 0; i < 30; i++) feed.picture(false);
  expect(feed.dropped).toBe(30);
  expect(feed.keyFramesAsked, 'while it is full').toEqual([]);
  disk.left(4000);
  await expect.poll(() => disk.takes('video')).toBe(true);
  feed.picture(false);
  feed.picture(true);
  await feed.end();
  expect(feed.keyFramesAsked.length).toBe(1);
  expect(gaps(feed)).toEqual([{ reason: 'disk', ms: 3200 }]);
  expect(feed.recorded.of('T').reduce((sum, { frames }) => sum + frames, 0)).toBe(31);
  expect(disk.bytes).toBe(0);
});

test('a disk that fails is told of, what it did not take is a gap, and it is tried again', async () => {
  await using feed = await TrackFeed.open('video');
  await writeFile(path.join(feed.folder, '1'), 'in the way');
  for (let i = 0; i < 5; i++) feed.picture(i === 0);
  await feed.track.end(feed.now);
  expect(feed.recorded.errors).toHaveLength(1);
  expect(gaps(feed)).toEqual([{ reason: 'disk', ms: 500 }]);
  await rm(path.join(feed.folder, '1'));
  feed.pass(1000);
  feed.timestamp = (feed.timestamp + 90_000) % 2 ** 32;
  feed.picture(true);
  await feed.end();
  expect(feed.recorded.of('T')).toMatchObject([{ frames: 1 }]);
  expect(await readdir(path.join(feed.folder, '1/T'))).toEqual([
    path.basename(feed.recorded.of('T')[0]?.file ?? ''),
  ]);
});

test('what fits into no file is a gap of its track; the disk is not to blame, and the track goes on', async () => {
  const strange: Depacketizer = {
    begins: (payload) => vp8.begins(payload),
    frame: (payloads) => {
      const frame = vp8.frame(payloads);
      // As a parser that is wrong about a stream might say.
      return frame?.format?.width === 640 ? { ...frame, format: { ...frame.format, width: 0 } } : frame;
    },
  };
  await using feed = await TrackFeed.open('video', undefined, strange);
  feed.picture(true);
  feed.picture(false);
  feed.picture(true, 100, true, 640);
  feed.picture(false);
  await expect.poll(() => feed.disk.bytes).toBe(0);
  feed.picture(false);
  await expect.poll(() => feed.recorded.skipped.length).toBeGreaterThan(0);
  feed.picture(false);
  feed.picture(false);
  feed.pass(1000);
  feed.timestamp = (feed.timestamp + 90_000) % 2 ** 32;
  feed.picture(true);
  await feed.end();
  expect(feed.recorded.errors).toEqual([]);
  expect(feed.recorded.skipped[0]).toMatch(/^T: it fits into no file: .*codedWidth/);
  expect(feed.recorded.of('T').map(({ frames }) => frames)).toEqual([2, 1]);
  const told = feed.recorded.gaps;
  expect(new Set(told.map(({ reason }) => reason))).toEqual(new Set(['lost']));
  const from = Math.min(...told.map((gap) => gap.from));
  expect(told.some((gap) => gap.from - from < 300 && Math.round(gap.to - from) === 1500)).toBe(true);
});

test('a segment has its name only when it is written down what it is', async () => {
  await using feed = await TrackFeed.open('audio');
  const written = Promise.withResolvers<void>();
  const sealed: string[] = [];
  feed.recorded.onSealed = ({ file }) => {
    sealed.push(file);
    return written.promise;
  };
  feed.sound();
  const ended = feed.end();
  await expect.poll(() => sealed).toEqual(['1/T/000000.webm']);
  expect(await readdir(path.join(feed.folder, '1/T'))).toEqual(['000000.webm.part']);
  expect(feed.recorded.segments).toEqual([]);
  written.resolve();
  await ended;
  expect(await readdir(path.join(feed.folder, '1/T'))).toEqual(['000000.webm']);
  expect(feed.recorded.segments.map(({ file }) => file)).toEqual(sealed);
});
