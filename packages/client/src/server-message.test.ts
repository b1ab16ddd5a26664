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
