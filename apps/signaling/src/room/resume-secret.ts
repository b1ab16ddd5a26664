import type { ResumeKey } from '@parley/room/commands';
import { base64url } from 'jose';

/** A new secret with which a participant comes back: 256 bits, base64url. */
export async function makeResumeKey(): Promise<ResumeKey> {
  const resumeSecret = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
  return { resumeSecret, resumeHash: await hashResumeSecret(resumeSecret) };
}

/** As many keys as an action may let people in. */
export function makeResumeKeys(count: number): Promise<ResumeKey[]> {
  return Promise.all(Array.from({ length: count }, makeResumeKey));
}

/** What the room keeps of a secret: its SHA-256, base64url. A random secret of 256 bits needs no salt and no slow hash. */
export async function hashResumeSecret(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret));
  return base64url.encode(new Uint8Array(digest));
}
