import { expect, it } from 'vitest';

const sources = import.meta.glob<string>(
  [
    './**/*.{ts,tsx}',
    '../../../packages/{client,react}/src/**/*.{ts,tsx}',
    '!**/*.test.{ts,tsx}',
    '!**/testing/*',
  ],
  { query: '?raw', import: 'default', eager: true },
);
/** Files of the protocol that bring no schemas with them. */
const WITHOUT_ZOD = [
  '@parley/protocol/camera-encodings',
  '@parley/protocol/connection-test-room',
  '@parley/protocol/data-channels',
  '@parley/protocol/direct-socket',
  '@parley/protocol/loudness',
  '@parley/protocol/speakers',
  '@parley/protocol/token-bucket',
  '@parley/protocol/version',
];

it('the page and the SDK bring no schemas and no other packages into the browser', () => {
  const imported = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/^import (?!type )[^;]*? from '([^']+)';/gm)].flatMap(([, from]) => from ?? []),
  );
  const packages = imported.filter((from) => !/^\.|^@parley\/(client\/|react$)/.test(from));
  expect([...new Set(packages)].sort()).toEqual([...WITHOUT_ZOD, 'react', 'react-dom/client']);
});
