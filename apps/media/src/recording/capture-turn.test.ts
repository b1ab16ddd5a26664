import type { CaptureOrder } from '@parley/protocol/recording/capture';
import { expect, it } from 'vitest';
import { CaptureTurn } from './capture-turn.ts';

const order = (epoch: number, wishes: Partial<CaptureOrder> = {}): CaptureOrder => ({
  recordingId: 'rec-1',
  epoch,
  target: { ip: '127.0.0.1', port: 42_000 },
  audioOnly: false,
  quality: 'high',
  ...wishes,
});

it('a higher epoch takes over, a lower one means nothing, the same again changes nothing', () => {
  const turn = new CaptureTurn();
  expect(turn.take(order(2))).toBe('new');
  expect(turn.take(order(2))).toBe('same');
  expect(turn.take(order(1))).toBe('stale');
  expect(turn.order?.epoch).toBe(2);
  expect(turn.take(order(3))).toBe('new');
  expect(turn.order?.epoch).toBe(3);
});

it('the same epoch with something else in it is a new order', () => {
  const turn = new CaptureTurn();
  turn.take(order(1));
  expect(turn.take(order(1, { quality: 'low' }))).toBe('new');
  expect(turn.order?.quality).toBe('low');
});

it('an end is of its epoch and those before, and they do not begin again', () => {
  const turn = new CaptureTurn();
  turn.take(order(2));
  expect(turn.end({ recordingId: 'rec-1', epoch: 1 }), 'it came late').toBe(false);
  expect(turn.end({ recordingId: 'rec-2', epoch: 9 }), 'of another').toBe(false);
  expect(turn.order?.epoch).toBe(2);
  expect(turn.end({ recordingId: 'rec-1', epoch: 2 })).toBe(true);
  expect(turn.order).toBeUndefined();
  expect(turn.end({ recordingId: 'rec-1', epoch: 2 }), 'once').toBe(false);
  expect(turn.take(order(2))).toBe('stale');
  expect(turn.take(order(3))).toBe('new');
});

it('another recording takes over, whatever its epoch', () => {
  const turn = new CaptureTurn();
  turn.take(order(7));
  expect(turn.take(order(1, { recordingId: 'rec-2' }))).toBe('new');
  expect(turn.order?.recordingId).toBe('rec-2');
});
