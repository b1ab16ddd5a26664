import { describe, expect, it } from 'vitest';
import { correlationIdOf } from './correlation.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${trace}-00f067aa0ba902b7-01`;

describe('correlationIdOf', () => {
  it('takes the sender’s id, before its trace', () => {
    expect(correlationIdOf(new Headers({ 'x-request-id': 'proxy-0001', traceparent }))).toBe('proxy-0001');
    expect(correlationIdOf(new Headers({ traceparent }))).toBe(trace);
  });

  it.each([
    ['nothing', {}],
    ['a short one', { 'x-request-id': 'abc' }],
    ['a long one', { 'x-request-id': 'x'.repeat(65) }],
    ['one that would forge a log line', { 'x-request-id': '"},{"level":"fatal"' }],
    ['no trace', { traceparent: traceparent.replace(trace, '0'.repeat(32)) }],
    ['half a trace', { traceparent: `00-${trace}` }],
  ])('makes one of %s', (_, headers) => {
    const make = () => correlationIdOf(new Headers(headers));
    expect(make()).toMatch(/^[0-9a-f-]{36}$/);
    expect(make()).not.toBe(make());
  });
});
