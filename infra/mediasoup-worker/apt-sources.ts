/**
 * Reads apt's list of repositories and derives one for source packages from it.
 *
 * Machines are usually set up for binary packages only. Asking apt with a list of our own, made from the mirrors and
 * keys the machine already trusts, gets source packages without touching the system's configuration.
 */

/** Repositories, as one entry of apt's configuration names them; see sources.list(5). */
export interface AptSource {
  types: string[];
  uris: string[];
  suites: string[];
  components: string[];
  /** Further fields under their deb822 names, such as `Signed-By`; a value may have several lines. */
  options: Map<string, string>;
  enabled: boolean;
}

/** Parses the one-line format: `/etc/apt/sources.list` and `*.list`. */
export function parseSourcesList(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const rawLine of text.split('\n')) {
    const line = rawLine.replace(/#.*/, '').trim();
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line);
    if (!match) continue;
    const [, type = '', bracketed = '', uri = '', suite = '', components = ''] = match;
    const options = new Map<string, string>();
    for (const option of words(bracketed)) {
      const [name = '', value = ''] = option.split(/=(.*)/);
      const field = FIELD_OF_OPTION.get(name);
      if (field) options.set(field, value.replaceAll(',', ' '));
    }
    sources.push({
      types: [type],
      uris: [uri],
      suites: [suite],
      components: words(components),
      options,
      enabled: true,
    });
  }
  return sources;
}

/** Parses the deb822 format: `*.sources`. */
export function parseDeb822Sources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  // Comments go first: one may stand between the lines of a field.
  const stanzas = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/);
  for (const stanza of stanzas) {
    const fields = parseFields(stanza);
    const list = (name: string) => words(fields.get(name.toLowerCase()) ?? '');
    const options = new Map<string, string>();
    for (const field of CARRIED_FIELDS) {
      const value = fields.get(field.toLowerCase());
      if (value) options.set(field, value);
    }
    const source: AptSource = {
      types: list('Types'),
      uris: list('URIs'),
      suites: list('Suites'),
      components: list('Components'),
      options,
      enabled: !/^(no|false|0|off|without|disable)$/i.test(fields.get('enabled') ?? ''),
    };
    if (source.types.length > 0 && source.uris.length > 0 && source.suites.length > 0) sources.push(source);
  }
  return sources;
}

/**
 * The repositories that can hold the distribution's own source packages, in deb822 format with type `deb-src`; empty
 * when there are none.
 *
 * Left out are disabled entries, media that would have to be inserted, other vendors' repositories, and suites whose
 * packages a machine does not get unless it asks (backports, proposed updates).
 *
 * @param codename The distribution's release, VERSION_CODENAME of os-release: `bookworm`, `noble`.
 */
export function sourcePackageRepositories(
  sources: readonly AptSource[],
  codename: string | undefined,
): string {
  const stanzas: string[] = [];
  for (const source of sources) {
    const uris = source.uris.filter((uri) => !uri.startsWith('cdrom:'));
    const suites = source.suites.filter((suite) => isReleaseSuite(suite, codename));
    if (!source.enabled || uris.length === 0 || suites.length === 0 || !source.components.includes('main'))
      continue;
    stanzas.push(
      [
        'Types: deb-src',
        `URIs: ${uris.join(' ')}`,
        `Suites: ${suites.join(' ')}`,
        `Components: ${source.components.join(' ')}`,
        ...[...source.options].map(([field, value]) => `${field}: ${value}`),
      ].join('\n'),
    );
  }
  return [...new Set(stanzas)].map((stanza) => `${stanza}\n`).join('\n');
}

// What decides whether apt trusts a repository. Architectures and the like say nothing about source packages.
const CARRIED_FIELDS = ['Signed-By', 'Trusted', 'Allow-Insecure', 'Check-Valid-Until', 'Check-Date'];
const FIELD_OF_OPTION = new Map(CARRIED_FIELDS.map((field) => [field.toLowerCase(), field]));

// Debian's names for whatever release currently has that rank; used instead of the codename on some machines.
const RANKS = ['oldoldstable', 'oldstable', 'stable', 'testing', 'unstable', 'sid'];

function isReleaseSuite(suite: string, codename: string | undefined): boolean {
  return [...(codename ? [codename] : []), ...RANKS].some(
    (release) =>
      suite === release ||
      suite === `${release}-updates` ||
      suite === `${release}-security` ||
      suite === `${release}/updates`,
  );
}

function parseFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let name: string | undefined;
  for (const line of stanza.split('\n')) {
    const match = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line);
    if (match?.[1]) {
      name = match[1].toLowerCase();
      fields.set(name, (match[2] ?? '').trim());
    } else if (name && /^\s/.test(line)) {
      fields.set(name, `${fields.get(name)}\n${line}`);
    }
  }
  return fields;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
