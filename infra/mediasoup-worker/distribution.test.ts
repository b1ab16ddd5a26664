import { describe, expect, it } from 'vitest';
import { parseOsRelease } from './distribution.ts';

describe('parseOsRelease', () => {
  it('reads Debian', () => {
    const text =
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n';
    expect(parseOsRelease(text)).toEqual({
      id: 'debian',
      version: '12',
      codename: 'bookworm',
      name: 'Debian GNU/Linux 12 (bookworm)',
      debianLike: true,
    });
  });

  it('knows what is made from Debian', () => {
    expect(parseOsRelease('ID=ubuntu\nID_LIKE=debian').debianLike).toBe(true);
    expect(parseOsRelease('ID=linuxmint\nID_LIKE="ubuntu debian"').debianLike).toBe(true);
    expect(parseOsRelease("ID='fedora'").debianLike).toBe(false);
  });

  it('copes with a system that does not say', () => {
    expect(parseOsRelease('')).toMatchObject({ id: process.platform, version: undefined, debianLike: false });
  });
});
