import { RoomId } from '@parley/protocol/identifiers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toRoomId } from './room-id.ts';

it.each([
  ['stand-up', 'stand-up'],
  ['  Team meeting  ', 'Team-meeting'],
  ['Café №5', 'Cafe-No5'],
  ['https://meet.example/r/calm-otter?debug', 'calm-otter'],
  ['https://meet.example/?room=calm%20otter', 'calm-otter'],
  ['..', ''],
  ['日本', ''],
])('%j → %j', (text, id) => {
  expect(toRoomId(text)).toBe(id);
});

it('gives ids that the server takes, or none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      const id = toRoomId(text);
      expect(id === '' || RoomId.safeParse(id).success).toBe(true);
    }),
  );
});
