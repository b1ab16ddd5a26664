import { expect, it } from 'vitest';
import { localAddressTo } from './local-address.ts';

it('is loopback for what is on this machine', async () => {
  expect(await localAddressTo({ ip: '127.0.0.1', port: 9 })).toBe('127.0.0.1');
  expect(await localAddressTo({ ip: '::1', port: 9 })).toBe('::1');
});

it('fails for what no route leads to', async () => {
  await expect(localAddressTo({ ip: '255.255.255.255', port: 9 })).rejects.toThrow(/EACCES|ENETUNREACH/);
});
