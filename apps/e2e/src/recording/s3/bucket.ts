import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';

export interface BucketOptions {
  /** S3 endpoint; the bucket's name follows it in the path. */
  endpoint: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** An object in a list. */
export interface ListedObject {
  key: string;
  bytes: number;
}

/** A bucket as tests look into it, by requests of their own. */
export class Bucket {
  readonly #client: AwsClient;
  readonly #url: string;

  constructor({ endpoint, bucket, accessKeyId, secretAccessKey }: BucketOptions) {
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1' });
    this.#url = `${endpoint}/${bucket}`;
  }

  async make(): Promise<void> {
    await this.#ask('', { method: 'PUT' });
  }

  async put(key: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#ask(`/${encode(key)}`, { method: 'PUT', body });
  }

  /** All whose keys begin with this. */
  async list(prefix = ''): Promise<ListedObject[]> {
    const all: ListedObject[] = [];
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ 'list-type': '2', prefix });
      if (token !== undefined) query.set('continuation-token', token);
      const text = await (await this.#ask(`?${query}`)).text();
      for (const [, one = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        all.push({ key: inside(one, 'Key') ?? '', bytes: Number(inside(one, 'Size')) });
      }
      token = inside(text, 'NextContinuationToken');
    } while (token !== undefined);
    return all;
  }

  async get(key: string): Promise<Buffer> {
    return Buffer.from(await (await this.#ask(`/${encode(key)}`)).arrayBuffer());
  }

  /** Hexadecimal. */
  async sha256(key: string): Promise<string> {
    return createHash('sha256')
      .update(await this.get(key))
      .digest('hex');
  }

  async #ask(rest: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#client.fetch(`${this.#url}${rest}`, init);
    if (response.ok) return response;
    throw new Error(
      `${init.method ?? 'GET'} ${rest} was answered with ${response.status}: ${await response.text()}`,
    );
  }
}

function encode(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

/** What an element of XML holds, of text that has none of the five characters which XML writes otherwise. */
function inside(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
