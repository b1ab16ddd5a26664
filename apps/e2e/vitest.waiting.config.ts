import { defineConfig } from 'vitest/config';
import { WAITING } from './vitest.config.ts';

/** What mostly waits for timeouts, the product's or a client's; it runs beside the others. */
export default defineConfig({
  test: {
    name: 'waiting',
    include: WAITING,
    globalSetup: ['apps/e2e/src/stack-setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
