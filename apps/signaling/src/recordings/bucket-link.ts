import { AwsClient } from 'aws4fetch';

/** A bucket of any S3-compatible service. */
export interface Bucket {
  /** Base URL of a service other than Amazon's. */
  endpoint?: string | undefined;
  region: string;
  name: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Seconds that a link to an object is valid: a player that begins late still finds it. */
const LINK_SECONDS = 60 * 60;

/** A link that lets whoever has it read an object, with `Content-Type` and `Content-Disposition` as given. */
export async function bucketLink(
  bucket: Bucket,
  key: string,
  as: { type: string; disposition: string },
): Promise<string> {
  const { accessKeyId, secretAccessKey, region } = bucket;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' });
  const url = new URL(objectUrl(bucket, key));
  url.searchParams.set('X-Amz-Expires', String(LINK_SECONDS));
  url.searchParams.set('response-content-type', as.type);
  url.searchParams.set('response-content-disposition', as.disposition);
  const signed = await client.sign(url.href, { method: 'GET', aws: { signQuery: true } });
  return signed.url;
}

function objectUrl({ endpoint, region, name }: Bucket, key: string): string {
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, '')}/${name}/${key}`;
  // A name with a dot is in no certificate as a host.
  return name.includes('.')
    ? `https://s3.${region}.amazonaws.com/${name}/${key}`
    : `https://${name}.s3.${region}.amazonaws.com/${key}`;
}
