import { defineConfig } from 'vitest/config';
import { WAITING } from './vitest.config.ts';

/** Proofs that mostly wait for timeouts of the product; they run beside the others. */
export default defineConfig({
  test: {
    name: 'waiting',
    include: WAITING,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
