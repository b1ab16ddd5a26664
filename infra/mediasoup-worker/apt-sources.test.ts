import { describe, expect, it } from 'vitest';
import { parseDeb822Sources, parseSourcesList, sourcePackageRepositories } from './apt-sources.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

describe('parseSourcesList', () => {
  it('reads entries with and without options', () => {
    const sources = parseSourcesList(
      [
        '# deb http://old.example/debian bookworm main',
        '',
        'deb http://deb.debian.org/debian bookworm main contrib  # the mirror',
        `deb [arch=amd64 signed-by=${KEYRING} trusted=yes] http://deb.debian.org/debian-security bookworm-security main`,
        'deb-src http://deb.debian.org/debian bookworm main',
        'not an entry',
      ].join('\n'),
    );
    expect(sources).toHaveLength(3);
    expect(sources[0]).toEqual({
      types: ['deb'],
      uris: ['http://deb.debian.org/debian'],
      suites: ['bookworm'],
      components: ['main', 'contrib'],
      options: new Map(),
      enabled: true,
    });
    expect(sources[1]?.options).toEqual(
      new Map([
        ['Signed-By', KEYRING],
        ['Trusted', 'yes'],
      ]),
    );
    expect(sources[2]?.types).toEqual(['deb-src']);
  });

  it('keeps several keys of one entry', () => {
    const [source] = parseSourcesList('deb [signed-by=/a.gpg,/b.gpg] http://mirror/debian bookworm main');
    expect(source?.options.get('Signed-By')).toBe('/a.gpg /b.gpg');
  });

  it('reads a flat repository, which has no components', () => {
    expect(parseSourcesList('deb http://example.org/packages ./')[0]).toMatchObject({
      suites: ['./'],
      components: [],
    });
  });
});

describe('parseDeb822Sources', () => {
  it('reads stanzas with comments between their lines', () => {
    const sources = parseDeb822Sources(
      [
        'Types: deb',
        '# http://snapshot.debian.org/archive/debian/20250520T000000Z',
        'URIs: http://deb.debian.org/debian',
        'Suites: bookworm bookworm-updates',
        'Components: main',
        `Signed-By: ${KEYRING}`,
        '',
        'Types: deb deb-src',
        'URIs: http://deb.debian.org/debian-security',
        'Suites: bookworm-security',
        'Components: main',
        'Enabled: no',
        '',
        'X-Comment: an incomplete stanza',
      ].join('\n'),
    );
    expect(sources).toHaveLength(2);
    expect(sources[0]).toEqual({
      types: ['deb'],
      uris: ['http://deb.debian.org/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
      options: new Map([['Signed-By', KEYRING]]),
      enabled: true,
    });
    expect(sources[1]).toMatchObject({ types: ['deb', 'deb-src'], enabled: false });
  });

  it('keeps a key that is written into the file', () => {
    const key = [
      '',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' mDMEZ',
      ' -----END PGP PUBLIC KEY BLOCK-----',
    ];
    const text = `Types: deb\nURIs: http://m/debian\nSuites: sid\nComponents: main\nSigned-By:${key.join('\n')}\n`;
    const [source] = parseDeb822Sources(text);
    expect(source?.options.get('Signed-By')).toBe(key.join('\n'));
  });
});

describe('sourcePackageRepositories', () => {
  const oneLine = (text: string, codename: string | undefined = 'bookworm') =>
    sourcePackageRepositories(parseSourcesList(text), codename);

  it('asks the same mirrors, with the same keys, for source packages', () => {
    expect(oneLine(`deb [arch=amd64 signed-by=${KEYRING}] http://mirror/debian bookworm main contrib`)).toBe(
      [
        'Types: deb-src',
        'URIs: http://mirror/debian',
        'Suites: bookworm',
        'Components: main contrib',
        `Signed-By: ${KEYRING}`,
        '',
      ].join('\n'),
    );
  });

  it('reads back what it writes', () => {
    const text = oneLine('deb http://a/debian bookworm main\ndeb http://b/debian bookworm-security main');
    expect(parseDeb822Sources(text).map(({ types, uris }) => [...types, ...uris])).toEqual([
      ['deb-src', 'http://a/debian'],
      ['deb-src', 'http://b/debian'],
    ]);
  });

  it('names a mirror once that is configured for both kinds of packages', () => {
    const text = oneLine(
      'deb http://mirror/debian bookworm main\ndeb-src http://mirror/debian bookworm main',
    );
    expect(text.match(/Types/g)).toHaveLength(1);
  });

  it('leaves out what cannot have the package or should not be taken from', () => {
    expect(
      oneLine(
        [
          'deb https://packages.cloud.google.com/apt cloud-sdk-bookworm main',
          'deb https://download.docker.com/linux/debian bookworm stable',
          'deb http://mirror/debian bookworm-backports main',
          'deb http://mirror/debian bookworm-proposed-updates main',
          'deb http://mirror/debian trixie main',
          'deb cdrom:[Debian 12]/ bookworm main',
          'deb http://example.org/packages ./',
        ].join('\n'),
      ),
    ).toBe('');
    const disabled = parseDeb822Sources(
      'Types: deb\nURIs: http://m/debian\nSuites: bookworm\nComponents: main\nEnabled: no',
    );
    expect(sourcePackageRepositories(disabled, 'bookworm')).toBe('');
  });

  it('knows releases by rank, as machines have it that follow testing', () => {
    expect(oneLine('deb http://mirror/debian testing main', undefined)).toContain('Suites: testing');
    expect(oneLine('deb http://mirror/debian stable main')).toContain('Suites: stable');
  });

  it('takes only the fitting ones of several suites', () => {
    const [source] = parseDeb822Sources(
      'Types: deb\nURIs: http://m/ubuntu\nSuites: noble noble-updates noble-backports\nComponents: main universe',
    );
    expect(sourcePackageRepositories(source ? [source] : [], 'noble')).toContain(
      'Suites: noble noble-updates\n',
    );
  });
});
