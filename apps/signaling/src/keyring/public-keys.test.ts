import { expect, it } from 'vitest';
import type { Environment } from '../environment.ts';
import { publicKeys } from './public-keys.ts';

it('asks the Keyring once for whatever key ids strangers make up', async () => {
  let asked = 0;
  const keyring = {
    async publicKeys() {
      asked += 1;
      return { keys: [{ kid: 'known', kty: 'OKP' }] };
    },
  };
  const env = { KEYRINGS: { getByName: () => keyring } } as unknown as Environment;
  await publicKeys(env);
  for (let i = 0; i < 50; i++) await publicKeys(env, `made-up-${i}`);
  expect((await publicKeys(env, 'known')).keys).toHaveLength(1);
  expect(asked).toBe(1);
});
