import type { Environment } from '../environment.ts';
import { KeyringObject, type SigningKey } from '../keyring/keyring-object.ts';
import { signMediaLink } from '../keyring/sign.ts';

/** What of a checksum tells one content of a file from another. */
const VERSION = 16;

/** Marks what a file has in it: its address changes with it, so that it may be kept. */
export function versionOf(sha256: string): string {
  return sha256.slice(0, VERSION);
}

/** Where a recorder's file server has a file of a recording, or without one all of them. */
export function addressAt(publicUrl: string, recordingId: string, file = ''): URL {
  const path = `recordings/${encodeURIComponent(recordingId)}/${file}`;
  return new URL(path, publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`);
}

/** Where the files of a recording are fetched, by links that are valid for an hour. */
export class MediaAddresses {
  readonly #origin: string;
  readonly #recordingId: string;
  readonly #key: SigningKey;

  private constructor(origin: string, recordingId: string, key: SigningKey) {
    this.#origin = origin;
    this.#recordingId = recordingId;
    this.#key = key;
  }

  /** @param origin of the server, as whoever asks knows it */
  static async of(env: Environment, origin: string, recordingId: string): Promise<MediaAddresses> {
    return new MediaAddresses(origin, recordingId, await KeyringObject.of(env).signingKey());
  }

  /** @param id as `GET /api/recordings/:id/media?file=` takes it */
  async of(id: string, sha256: string): Promise<{ url: string; downloadUrl: string }> {
    const token = await signMediaLink(this.#key, { sub: this.#recordingId, file: id });
    const url = new URL(`/api/recordings/${encodeURIComponent(this.#recordingId)}/media`, this.#origin);
    url.search = new URLSearchParams({ file: id, v: versionOf(sha256), token }).toString();
    return { url: url.href, downloadUrl: `${url.href}&download=1` };
  }
}
