import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './processes.ts';

/** Keys of the bucket as it runs on this machine, under `/cdn-cgi/local/r2/s3` of the edge. */
export interface BucketKeys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** The wrangler.toml of an edge on this machine whose bucket opens to these keys, for any folder. */
export function edgeConfig(
  keys: BucketKeys,
  text = readFileSync(path.join(ROOT, 'wrangler.toml'), 'utf8'),
): string {
  const bucket = 'bucket_name = "recordings"\n';
  if (!text.includes(bucket)) throw new Error(`wrangler.toml has no line ${bucket.trim()}`);
  const credentials = [
    '[r2_buckets.local_dev.experimental_s3_credentials]',
    `accessKeyId = "${keys.accessKeyId}"`,
    `secretAccessKey = "${keys.secretAccessKey}"`,
  ];
  return text
    .replace(/^(main|directory) = "(?!\/)(.*)"$/gm, (_, key, file) => `${key} = "${path.join(ROOT, file)}"`)
    .replace(bucket, `${bucket}${credentials.join('\n')}\n`);
}
