import { PassThrough } from 'node:stream';
import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { type Stranger, Strangers } from './strangers.ts';

const from = (remoteAddress: string): Stranger => Object.assign(new PassThrough(), { remoteAddress });
/** How many of those got in. */
const met = (strangers: Strangers, addresses: string[]) =>
  addresses.filter((address) => strangers.meet(from(address))).length;

it.each([
  ['one address', ['203.0.113.1', '203.0.113.1', '203.0.113.1'], 2],
  ['one address, over a socket for both families', ['::ffff:203.0.113.1', '203.0.113.1', '203.0.113.1'], 2],
  ['one /64', ['2001:db8::1', '2001:db8:0:0:a::2', '2001:db8:0:0:b:c:d:e'], 2],
  ['other addresses', ['203.0.113.1', '203.0.113.2', '203.0.113.3'], 3],
  ['other /64s', ['2001:db8:0:1::1', '2001:db8:0:2::1', '2001:db8::1'], 3],
  ['a proxy on this machine', ['127.0.0.1', '127.0.0.1', '::ffff:127.0.0.1', '::1', '::1', '::1'], 6],
  ['a proxy on this site', ['10.0.0.1', '10.0.0.1', '10.0.0.1'], 3],
])('gives each its share: %s', (_, addresses, expected) => {
  expect(met(new Strangers(10, 2), addresses)).toBe(expected);
});

it('is full for everybody when all places are taken', () => {
  const strangers = new Strangers(3, 2);
  expect(met(strangers, ['203.0.113.1', '203.0.113.2', '127.0.0.1', '203.0.113.3', '127.0.0.1'])).toBe(3);
});

it('has the place again of who is gone, or known', async () => {
  const strangers = new Strangers(10, 2);
  const [gone, known] = [from('203.0.113.1'), from('203.0.113.1')];
  for (const one of [gone, known]) expect(strangers.meet(one)).toBe(true);
  expect(met(strangers, ['203.0.113.1'])).toBe(0);
  strangers.know(known);
  gone.destroy();
  await until(() => strangers.size === 0, 'both places are free');
  expect(met(strangers, ['203.0.113.1', '203.0.113.1', '203.0.113.1'])).toBe(2);
});

it('ends them all', () => {
  const strangers = new Strangers(10, 2);
  const one = from('203.0.113.1');
  strangers.meet(one);
  strangers.close();
  expect(one.destroyed).toBe(true);
});
