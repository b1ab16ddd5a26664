/** Which operating system this is, as far as a build of the worker depends on it. */
import { readFile } from 'node:fs/promises';

/** The fields of os-release(5) that matter here. */
export interface Distribution {
  /** `debian`, `ubuntu` */
  id: string;
  /** `12`; absent on Debian's testing and unstable. */
  version: string | undefined;
  /** `bookworm` */
  codename: string | undefined;
  /** `Debian GNU/Linux 12 (bookworm)` */
  name: string;
  /** Debian or something made from it. */
  debianLike: boolean;
}

/** Reads what this system says of itself. */
export async function readDistribution(): Promise<Distribution> {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return parseOsRelease(await readFile(file, 'utf8'));
    } catch {}
  }
  return parseOsRelease('');
}

/** Parses the text of os-release. */
export function parseOsRelease(text: string): Distribution {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(["']?)(.*)\2$/.exec(line.trim());
    if (match?.[1]) fields.set(match[1], match[3] ?? '');
  }
  const id = fields.get('ID') || process.platform;
  return {
    id,
    version: fields.get('VERSION_ID') || undefined,
    codename: fields.get('VERSION_CODENAME') || undefined,
    name: fields.get('PRETTY_NAME') || id,
    debianLike: [id, ...(fields.get('ID_LIKE') ?? '').split(' ')].includes('debian'),
  };
}
