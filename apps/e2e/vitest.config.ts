import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'e2e',
    include: ['apps/e2e/src/**/*.test.ts'],
    globalSetup: ['apps/e2e/src/stack-setup.ts'],
    // Real browsers encode video: one file at a time is what two cores carry.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
