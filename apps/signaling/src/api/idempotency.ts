import type { CreateRoomRequest } from '@parley/protocol/rest';

/** What tells a repeated request from another with the same key. */
export interface Fingerprint {
  /** Kept with the room. */
  text: string;
  /** What the room's id is made of where the request names none: the same for every repetition. */
  seed: Uint8Array;
}

/** The fingerprint of a request with an idempotency key. Nothing can be read back out of it. */
export async function fingerprintOf(key: string, request: CreateRoomRequest): Promise<Fingerprint> {
  const seed = await sha256(`key ${key}`);
  const content = await sha256(JSON.stringify(sorted(request)));
  return { text: `${hex(seed)}.${hex(content)}`, seed };
}

/** Whether two fingerprints are of the same key. */
export function isSameKey(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.split('.')[0] === b.split('.')[0];
}

/** An object with its keys in order, so that it reads the same whatever order they came in. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => [key, sorted(entry)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
