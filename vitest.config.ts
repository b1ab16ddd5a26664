import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const bindings = {
  PARLEY_ENROLMENT_SECRET: 'the-enrolment-secret-of-tests',
  PARLEY_TURN_SECRET: 'the-turn-secret-of-tests',
  PARLEY_WEBRTC_TURN_URLS: '["turn:turn.example.com:3478"]',
  PARLEY_RESIDENCY_EU: '["eu-west"]',
  PARLEY_API_KEYS: 'old:the-older-api-secret-of-tests-000000, new:the-newer-api-secret-of-tests-000000',
};
const edge = (overrides: Record<string, string>) =>
  cloudflareTest({
    wrangler: { configPath: './wrangler.toml' },
    miniflare: { bindings: { ...bindings, ...overrides } },
  });

// One runtime for all files of a project, three times as fast: reset.ts forgets what modules keep.
const setup = { setupFiles: ['apps/signaling/src/testing/reset.ts'], isolate: false };

export default defineConfig({
  test: {
    // Vitest would leave a core free, of two: most of what is slow here waits.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'node',
          // Real media and real browsers on a busy machine: a test that hangs fails, a slow one does not.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: [
            'packages/*/src/**/*.test.{ts,tsx}',
            'apps/{conformance,media,meet,recorder}/src/**/*.test.{ts,tsx}',
            'infra/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.e2e.test.ts'],
        },
      },
      {
        plugins: [edge({})],
        test: {
          name: 'workerd',
          testTimeout: 60_000,
          include: ['apps/signaling/src/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.{auth,webhooks}.test.ts'],
          ...setup,
        },
      },
      {
        // The same Worker with two receivers of events.
        plugins: [edge({ PARLEY_WEBHOOKS_URLS: '["https://a.example/hook", "https://b.example/hook"]' })],
        test: {
          name: 'workerd-webhooks',
          testTimeout: 60_000,
          include: ['apps/signaling/src/**/*.webhooks.test.ts'],
          ...setup,
        },
      },
      {
        // The same Worker where nobody gets in without a token.
        plugins: [edge({ PARLEY_SECURITY_REQUIRE_AUTH: 'true' })],
        test: {
          name: 'workerd-auth',
          testTimeout: 60_000,
          include: ['apps/signaling/src/**/*.auth.test.ts'],
          ...setup,
        },
      },
    ],
  },
});
