import { expect, it } from 'vitest';
import { bucketLink } from './bucket-link.ts';

const bucket = { region: 'eu-central-1', name: 'recordings', accessKeyId: 'AKID', secretAccessKey: 'secret' };
const as = { type: 'video/webm', disposition: 'attachment; filename="a b.webm"' };

it.each([
  [{}, 'https://recordings.s3.eu-central-1.amazonaws.com/p/rec-1/files/a.webm'],
  [{ name: 'my.bucket' }, 'https://s3.eu-central-1.amazonaws.com/my.bucket/p/rec-1/files/a.webm'],
  [{ endpoint: 'https://s3.example.com/' }, 'https://s3.example.com/recordings/p/rec-1/files/a.webm'],
])('%j', async (of, expected) => {
  const url = new URL(await bucketLink({ ...bucket, ...of }, 'p/rec-1/files/a.webm', as));
  expect(url.origin + url.pathname).toBe(expected);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    'X-Amz-Expires': '3600',
    'X-Amz-Credential': expect.stringMatching(/^AKID\/\d{8}\/eu-central-1\/s3\/aws4_request$/),
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    'response-content-disposition': as.disposition,
    'response-content-type': as.type,
  });
  expect(url.href).not.toContain('secret');
});
