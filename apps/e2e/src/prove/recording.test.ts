import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeBlows, recordUnderBlows } from '../recording/blows.ts';
import { HandOver } from '../recording/hand-over.ts';
import { CAN_MOUNT, SmallDisk } from '../recording/small-disk.ts';
import { StackRecorder } from '../recording/stack-recorder.ts';
import { Stack } from '../stack.ts';
import { describeRecording, missingOf, proveRecording } from './recording.ts';
import { recorderKilled } from './recording-kills.ts';

/** Of a busy machine; the proof has the aims. */
const SKEW_MS = 400;
/**
 * Frames and beeps that a busy machine may cost, of those of a file: an encoder without time skips some before anything is
 * sent. A segment that is lost is half of a file.
 */
const MOST_MISSING = 0.2;

let stack: Stack;
let disk: SmallDisk | undefined;
let recorder: StackRecorder;
beforeAll(async () => {
  stack = await Stack.start();
  disk = CAN_MOUNT ? await SmallDisk.mount() : undefined;
  recorder = await StackRecorder.start(stack, disk?.recorder);
}, 90_000);
afterAll(async () => {
  await recorder?.stop();
  await stack?.stop();
  await disk?.unmount();
});

it('what two publish is recorded whole: each picture and beep, together, and can be sought in', async () => {
  const figures = await proveRecording(stack, { seconds: 12 });
  const shown = describeRecording(figures);
  expect(figures.files.map(({ what }) => what).sort(), shown).toEqual([
    'Ann participant',
    'Bob participant',
    'Bob screen',
  ]);
  for (const file of figures.files) {
    const { what, doubled, unread, complaints, beeps, endError, durationError, seekError, sound } = file;
    const nothing = { doubled, unread, complaints };
    expect(nothing, `${what}\n${shown}`).toEqual({ doubled: 0, unread: 0, complaints: [] });
    expect(missingOf(file) / file.frames, shown).toBeLessThan(MOST_MISSING);
    expect(beeps.missing, shown).toBeLessThanOrEqual(MOST_MISSING * beeps.expected);
    expect(Math.max(Math.abs(endError), durationError, seekError), shown).toBeLessThan(SKEW_MS);
    if (beeps.expected > 0) expect(sound.p95, shown).toBeLessThan(SKEW_MS);
  }
  expect(figures.misalignment, shown).toBeLessThan(SKEW_MS);
  expect(stack.troubles, 'what servers reported').toEqual([]);
}, 120_000);

it('a full disk costs nothing, another recorder takes over; one that is killed costs the open segment at most; it finishes by itself', async () => {
  const handOver = disk && new HandOver(stack, recorder, disk);
  try {
    const killed = recorderKilled({
      kill: () => (handOver?.other ?? recorder).kill(),
      restart: () => (handOver?.other ?? recorder).restart(),
    });
    const blows = [...(handOver ? [handOver.blow] : []), killed];
    const figures = await recordUnderBlows(stack, blows, { seconds: 4 });
    const shown = describeBlows(figures);
    expect(figures.unstated, shown).toEqual([]);
    expect(figures.costs).toHaveLength(2 * blows.length);
    for (const { lostBefore, blow } of figures.costs) expect(lostBefore, shown).toBeLessThan(blow.mostLost);
    expect(await handOver?.shortfalls(figures.recordingId), shown).toEqual(handOver && []);
  } finally {
    await handOver?.close();
  }
}, 180_000);
