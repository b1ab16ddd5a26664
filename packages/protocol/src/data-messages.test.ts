import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_DATA_BYTES,
  MAX_DATA_HEADER_BYTES,
  MAX_LOSSY_DATA_BYTES,
  MAX_RECIPIENTS,
  readDataFrame,
  writeDataFrame,
} from './data-channels.ts';
import { decodeDataRequest } from './data-messages.ts';
import { ParleyError } from './errors.ts';

function refused(frame: Uint8Array, reliability: 'reliable' | 'lossy' = 'reliable'): string | undefined {
  try {
    decodeDataRequest(frame, reliability);
    return undefined;
  } catch (error) {
    if (error instanceof ParleyError) return error.code;
    throw error;
  }
}

/** A frame whose header is these bytes. */
function framed(header: string | Uint8Array, length?: number): Uint8Array {
  const bytes = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const frame = new Uint8Array(2 + bytes.length);
  new DataView(frame.buffer).setUint16(0, length ?? bytes.length);
  frame.set(bytes, 2);
  return frame;
}

describe('a data frame', () => {
  it('is the length of its header, the header and the payload', () => {
    const frame = writeDataFrame({ topic: 'ä' }, Uint8Array.of(1, 2));
    expect([...frame.subarray(0, 2)]).toEqual([0, 14]);
    expect(new TextDecoder().decode(frame.subarray(2, 16))).toBe('{"topic":"ä"}');
    expect([...frame.subarray(16)]).toEqual([1, 2]);
  });

  it('is read as it was written, wherever it lies', () => {
    fc.assert(
      fc.property(
        fc.record({ topic: fc.string({ minLength: 1, maxLength: 64 }), text: fc.boolean() }),
        fc.uint8Array({ maxLength: 500 }),
        fc.nat(9),
        (header, payload, offset) => {
          const written = writeDataFrame(header, payload);
          const around = new Uint8Array(written.length + offset);
          around.set(written, offset);
          const read = decodeDataRequest(around.subarray(offset), 'reliable');
          expect(read.header).toEqual(header);
          expect([...read.payload]).toEqual([...payload]);
        },
      ),
    );
  });

  it('is refused with a ParleyError, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        refused(bytes);
        refused(framed(bytes));
      }),
      { numRuns: 1000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['one byte', Uint8Array.of(0)],
    ['a header longer than the frame', framed('{}', 3)],
    ['a header that is no JSON', framed('{')],
    ['a header that is no UTF-8', framed(Uint8Array.of(0x22, 0xff, 0x22))],
    ['a header that is no object', framed('[]')],
    ['null', framed('null')],
    ['an empty topic', framed('{"topic":""}')],
    ['a long topic', framed(`{"topic":"${'x'.repeat(65)}"}`)],
    ['nobody to send it to', framed('{"to":[]}')],
    ['too many to send it to', framed(JSON.stringify({ to: Array(MAX_RECIPIENTS + 1).fill('p') }))],
    ['a header that is too long', framed(JSON.stringify({ x: 'x'.repeat(MAX_DATA_HEADER_BYTES) }))],
  ])('of %s is refused', (_, frame) => {
    expect(refused(frame)).toBe('invalid_message');
  });

  it('has a largest payload, a smaller one where it may be lost', () => {
    const of = (bytes: number) => writeDataFrame({}, new Uint8Array(bytes));
    expect(refused(of(MAX_DATA_BYTES))).toBeUndefined();
    expect(refused(of(MAX_DATA_BYTES + 1))).toBe('message_too_large');
    expect(refused(of(MAX_LOSSY_DATA_BYTES), 'lossy')).toBeUndefined();
    expect(refused(of(MAX_LOSSY_DATA_BYTES + 1), 'lossy')).toBe('message_too_large');
  });

  it('is not written with a header that is too long', () => {
    expect(() => writeDataFrame({ x: 'x'.repeat(5000) }, new Uint8Array())).toThrow(/fewer participants/);
  });

  it('may have a header of two bytes and no payload', () => {
    expect(readDataFrame(framed('{}')).payload).toHaveLength(0);
  });
});
