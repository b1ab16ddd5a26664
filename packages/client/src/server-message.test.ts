import { describe, expect, it } from 'vitest';
import { parseServerMessage } from './server-message.ts';

describe('parseServerMessage', () => {
  it('reads messages it knows', () => {
    const message = { type: 'room-closed', roomId: 'a', reason: 'deleted' };
    expect(parseServerMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each([
    ['another type, as of a newer server', '{"type":"hologram"}'],
    ['a name from the prototype', '{"type":"toString"}'],
    ['no type', '{}'],
    ['no object', 'null'],
    ['no JSON', 'pong'],
    ['no text', new ArrayBuffer(2)],
  ])('skips %s', (_, data) => {
    expect(parseServerMessage(data)).toBeUndefined();
  });
});

it('completes what a server of the version before says of the room', () => {
  const room = { name: 'Room', maxParticipants: 100, createdAt: 0 };
  const media = { maxBitrate: 5_000_000 };
  const joined = parseServerMessage(JSON.stringify({ type: 'joined', room, media }));
  expect(joined).toMatchObject({
    room: { ...room, locked: false, lobby: false, metadata: {} },
    grants: { subscribe: true, moderate: false, maxBitrate: 5_000_000 },
  });
  const said = { type: 'joined', room: { ...room, locked: true }, grants: { subscribe: false }, media };
  expect(parseServerMessage(JSON.stringify(said)), 'and changes nothing that is said').toMatchObject(said);
});
