import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientMessage, MAX_CLIENT_MESSAGE_BYTES, MAX_SUBSCRIBE_IDS } from './client-messages.ts';
import { DecodeError, decode } from './decode.ts';

const read = (data: string | ArrayBuffer, max = MAX_CLIENT_MESSAGE_BYTES) => decode(ClientMessage, data, max);

function failure(action: () => unknown): DecodeError {
  try {
    action();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

describe('decode', () => {
  it('reads the messages of the seed as they stand there', () => {
    expect(read('{"type":"join","roomId":"room-123","participantName":"John Doe"}')).toEqual({
      type: 'join',
      roomId: 'room-123',
      participantName: 'John Doe',
    });
    expect(
      read(
        '{"type":"ice-candidate","candidate":{"candidate":"candidate:...","sdpMLineIndex":0,"sdpMid":"0"}}',
      ),
    ).toMatchObject({ type: 'ice-candidate' });
    expect(read('{"type":"update-quality","roomId":"room-123","quality":"high"}')).toMatchObject({
      quality: 'high',
    });
    expect(read('{"type":"start-screen-share","roomId":"room-123","sdp":"v=0\\r\\n"}')).toMatchObject({
      sdp: 'v=0\r\n',
    });
  });

  it('has a code for each way to be wrong', () => {
    expect(failure(() => read('{'))).toMatchObject({ code: 'bad_json' });
    expect(failure(() => read(new ArrayBuffer(4)))).toMatchObject({ code: 'bad_json' });
    expect(failure(() => read('[]'))).toMatchObject({ code: 'invalid_message' });
    expect(failure(() => read('{"type":"dance"}'))).toMatchObject({
      code: 'unknown_type',
      requestType: 'dance',
    });
    const invalid = failure(() => read('{"type":"join","roomId":"a b","participantName":""}'));
    expect(invalid).toMatchObject({ code: 'invalid_message', requestType: 'join' });
    expect(invalid.message).toContain('join.roomId: must be 1 to 64 characters');
    expect(failure(() => read('{"type":"leave"}', 10))).toMatchObject({ code: 'message_too_large' });
  });

  it('a list of subscriptions has an end', () => {
    const subscribe = (ids: number) =>
      read(JSON.stringify({ type: 'subscribe', default: true, except: Array(ids).fill('t') }));
    expect(subscribe(MAX_SUBSCRIBE_IDS)).toMatchObject({ default: true });
    expect(failure(() => subscribe(MAX_SUBSCRIBE_IDS + 1))).toMatchObject({
      code: 'invalid_message',
      requestType: 'subscribe',
    });
  });

  it('counts UTF-8 bytes, not characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = new TextEncoder().encode(text).length;
        expect(failure(() => read(text, bytes - 1)).code).toBe('message_too_large');
        expect(failure(() => read(text, bytes)).code).not.toBe('message_too_large');
      }),
    );
  });

  it('never throws anything else, whatever JSON it is given', () => {
    const types = fc.constantFrom(
      'join',
      'offer',
      'answer',
      'mute',
      'chat',
      'leave',
      '__proto__',
      'constructor',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.record({ type: types, roomId: fc.jsonValue() }).map((v) => JSON.stringify(v)),
        ),
        (text) => {
          try {
            read(text);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        },
      ),
    );
  });
});
