import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { KeyringObject } from './keyring-object.ts';

const HOUR = 60 * 60 * 1000;

/** Makes every key as old as if `hours` had passed. */
function later(hours: number): Promise<void> {
  return runInDurableObject(KeyringObject.of(env), async (_, ctx) => {
    const keys = (await ctx.storage.get<{ signsFrom: number }[]>('keys')) ?? [];
    await ctx.storage.put(
      'keys',
      keys.map((key) => ({ ...key, signsFrom: key.signsFrom - hours * HOUR })),
    );
  });
}

const signing = async () => (await KeyringObject.of(env).signingKey()).kid;
const published = async () => (await KeyringObject.of(env).publicKeys()).keys.map((key) => key.kid);

it('publishes the next key before it signs, and the last until what it signed has expired', async () => {
  const first = await signing();
  expect(await published()).toEqual([first]);
  await later(22);
  expect([await signing(), (await published()).length]).toEqual([first, 1]);
  await later(1.5);
  expect((await published()).length, 'the next is published').toBe(2);
  expect(await signing(), 'but does not sign yet').toBe(first);
  await later(1);
  const second = await signing();
  expect(second).not.toBe(first);
  expect(await published()).toEqual([first, second]);
  await later(80);
  expect(await signing()).not.toBe(second);
  expect(await published()).not.toContain(first);
});

it('publishes no private key', async () => {
  await signing();
  const { keys } = await KeyringObject.of(env).publicKeys();
  expect(keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', use: 'sig' });
  expect(JSON.stringify(keys)).not.toContain('"d"');
});
