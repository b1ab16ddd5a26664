import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { ThrottledLog } from '@parley/service/throttled-log';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { RecorderEdge } from '../testing/recorder-edge.ts';
import type { RecordOrder } from './recorder-fleet.ts';
import { Refusals } from './refusals.ts';

const events = new ThrottledLog(pino({ level: 'silent' }));
let refusals: Refusals;
afterEach(() => refusals.close());

const order = (assignment: string): RecordOrder => ({
  ...{ type: 'record', roomId: 'room-of-rec', recordingId: 'rec', epoch: 1, assignment },
  options: RecordingOptions.parse({}),
});

it('a room is told why, and the link ends', async () => {
  const edge = await RecorderEdge.start();
  refusals = new Refusals({ edgeUrl: edge.url, events });
  refusals.tell(order(await edge.assignment('recorder', 'rec', 1)), 'The disk is full.');
  const room = await edge.links.next(() => true, 'the link');
  expect(await room.messages.next(() => true, 'its word')).toMatchObject({ message: 'The disk is full.' });
  await expect.poll(() => room.closed, { timeout: 15_000 }).toBe(true);
  expect(refusals.count).toBe(0);
  await edge.close();
});

it('an edge that is away is not told for ever, nor by a recorder that has ended', async () => {
  // Nobody listens there.
  const edgeUrl = 'http://127.0.0.1:9';
  refusals = new Refusals({ edgeUrl, events, heardMs: 50 });
  refusals.tell(order('none'), 'The disk is full.');
  expect(refusals.count).toBe(1);
  await expect.poll(() => refusals.count, { timeout: 15_000 }).toBe(0);
  refusals = new Refusals({ edgeUrl, events });
  refusals.tell(order('none'), 'The disk is full.');
  refusals.close();
  expect(refusals.count).toBe(0);
});
