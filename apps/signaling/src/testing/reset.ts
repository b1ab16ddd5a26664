import { reset } from 'cloudflare:test';
import { afterEach } from 'vitest';
import { forgetHealth } from '../health.ts';
import { forgetPublicKeys } from '../keyring/public-keys.ts';

// Every test begins with an empty server.
afterEach(async () => {
  await reset();
  forgetPublicKeys();
  forgetHealth();
});
