import { describe, expect, it } from 'vitest';
import { recipeHash } from './recipe.ts';

const DEBIAN_12 = { id: 'debian', version: '12', codename: 'bookworm' };

describe('recipeHash', () => {
  it('is the same for the same recipe on the same system', async () => {
    const hash = await recipeHash(DEBIAN_12, 'linux', 'x64');
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
    expect(await recipeHash({ ...DEBIAN_12 }, 'linux', 'x64')).toBe(hash);
  });

  it('differs by system, architecture and release, whose libraries the worker is linked against', async () => {
    const hashes = await Promise.all([
      recipeHash(DEBIAN_12, 'linux', 'x64'),
      recipeHash(DEBIAN_12, 'linux', 'arm64'),
      recipeHash(DEBIAN_12, 'darwin', 'x64'),
      recipeHash({ id: 'debian', version: '13', codename: 'trixie' }, 'linux', 'x64'),
      recipeHash({ id: 'debian', version: undefined, codename: 'forky' }, 'linux', 'x64'),
    ]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
