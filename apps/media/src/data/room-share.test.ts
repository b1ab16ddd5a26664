import { ROOM_DATA_MESSAGES, ROOM_DATA_VOLUME } from '@parley/protocol/token-bucket';
import { expect, it } from 'vitest';
import { RoomShare } from './room-share.ts';

/** How many messages go out at once. */
function atOnce(share: RoomShare, now: number, receivers: number, bytes: number): number {
  let count = 0;
  while (share.take(now, receivers, bytes)) count += 1;
  return count;
}

it('counts a message as often as it is received', () => {
  const share = new RoomShare(0);
  expect(atOnce(share, 0, 99, 10)).toBe(Math.floor(ROOM_DATA_MESSAGES.burst / 99));
  expect(atOnce(share, 1000, 99, 10), 'a second later').toBeCloseTo(ROOM_DATA_MESSAGES.rate / 99, -1);
});

it('counts the bytes that are sent', () => {
  expect(atOnce(new RoomShare(0), 0, 99, 60_000)).toBe(Math.floor(ROOM_DATA_VOLUME.burst / 99 / 60_000));
});

it('lets a message through that is for more than that', () => {
  const share = new RoomShare(0);
  expect(share.take(0, ROOM_DATA_MESSAGES.burst * 2, 60_000)).toBe(true);
  expect(share.take(0, 1, 1)).toBe(false);
});
