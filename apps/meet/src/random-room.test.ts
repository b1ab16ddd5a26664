import { expect, it } from 'vitest';
import { randomRoomId } from './random-room.ts';
import { toRoomId } from './room-id.ts';

it('gives readable ids that are valid as they are', () => {
  expect(randomRoomId(new Uint32Array([3, 26, 0, 1, 2, 3]))).toBe('calm-otter-abcd');
  for (let i = 0; i < 100; i++) {
    const id = randomRoomId();
    expect(id).toMatch(/^[a-z]+-[a-z]+-[a-z2-9]{4}$/);
    expect(toRoomId(id)).toBe(id);
  }
});
