import { ParleyError } from '@parley/protocol/errors';
import { create as contentDisposition } from 'content-disposition';
import type { Environment } from '../environment.ts';
import { FleetObject } from '../fleet/fleet-object.ts';
import { KeyringObject } from '../keyring/keyring-object.ts';
import { signMediaLink } from '../keyring/sign.ts';
import { webrtcConfig } from '../settings.ts';
import { bucketLink } from './bucket-link.ts';
import { type ByteRange, byteRange } from './byte-range.ts';
import { fileName } from './file-name.ts';
import { addressAt, versionOf } from './media-address.ts';
import type { StoredFile } from './recording-object.ts';

/** How a file is asked for. */
export interface MediaRequest {
  recordingId: string;
  isDownload: boolean;
  /** What the address says of the file's content. */
  version?: string | undefined;
  isHead: boolean;
  headers: Headers;
}

/** An address with a version is of one content for ever, and the link in it is good for an hour. */
const KEPT = 'private, max-age=3600, immutable';
const ASKED_AGAIN = 'private, no-cache';

/**
 * A finished file, or the way to it.
 *
 * @throws {ParleyError} `recording_unreachable` where it cannot be fetched, with what would change that
 */
export async function media(env: Environment, stored: StoredFile, request: MediaRequest): Promise<Response> {
  switch (stored.storage) {
    case 'bucket':
      return ofBucket(env, stored, request);
    case 'disk':
      return ofRecorder(env, stored, request);
    default:
      return stored.storage satisfies never;
  }
}

async function ofBucket(env: Environment, stored: StoredFile, request: MediaRequest): Promise<Response> {
  const { file } = stored;
  const { s3_prefix, s3_bucket, s3_region, s3_endpoint } = webrtcConfig.recording;
  const key = `${s3_prefix}${request.recordingId}/${file.file}`;
  const answer = env.RECORDINGS && (await ofBinding(env.RECORDINGS, key, stored, request));
  if (answer !== undefined) return answer;
  const { PARLEY_S3_ACCESS_KEY_ID: accessKeyId, PARLEY_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ParleyError(
      'recording_unreachable',
      'The file is in a bucket that the edge cannot read: bind it as RECORDINGS in wrangler.toml where it is one of R2, else set the ' +
        'secrets PARLEY_S3_ACCESS_KEY_ID and PARLEY_S3_SECRET_ACCESS_KEY.',
    );
  }
  const bucket = { endpoint: s3_endpoint, region: s3_region, name: s3_bucket, accessKeyId, secretAccessKey };
  const as = { type: contentType(stored), disposition: disposition(stored, request) };
  return redirect(302, await bucketLink(bucket, key, as));
}

/** Undefined where the bucket does not have it: then recorders use another. */
async function ofBinding(
  bucket: R2Bucket,
  key: string,
  stored: StoredFile,
  request: MediaRequest,
): Promise<Response | undefined> {
  const { bytes: size, sha256 } = stored.file;
  const etag = `"${sha256}"`;
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Cache-Control': request.version === versionOf(sha256) ? KEPT : ASKED_AGAIN,
    'Content-Disposition': disposition(stored, request),
    // Opened by itself it is a page of this origin.
    'Content-Security-Policy': "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
    'Content-Type': contentType(stored),
    ETag: etag,
    'X-Content-Type-Options': 'nosniff',
  });
  if (matches(request.headers.get('If-None-Match'), etag))
    return new Response(null, { status: 304, headers });
  const range = wantedRange(request, etag, size);
  if (range === 'none') {
    headers.set('Content-Range', `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const part = range === 'all' ? { offset: 0, length: size } : range;
  const found = request.isHead
    ? await bucket.head(key)
    : await bucket.get(key, range === 'all' ? {} : { range: part });
  // Another content under the same key would be cut wrongly.
  if (found === null || found.size !== size) return undefined;
  headers.set('Content-Length', String(part.length));
  if (range !== 'all') headers.set('Content-Range', contentRange(part, size));
  const body = 'body' in found ? (found.body as ReadableStream) : null;
  return new Response(body, { status: range === 'all' ? 200 : 206, headers });
}

async function ofRecorder(env: Environment, stored: StoredFile, request: MediaRequest): Promise<Response> {
  const { recorderId, region, file } = stored;
  const recorders = await FleetObject.of(env, region).recorders();
  const recorder = recorders.find((one) => one.recorderId === recorderId);
  if (recorder?.abilities === undefined) {
    throw new ParleyError(
      'recording_unreachable',
      `The file is on the disk of recorder ${recorderId}, which is not connected: start it.`,
    );
  }
  const { publicUrl } = recorder.abilities;
  if (publicUrl === undefined) {
    throw new ParleyError(
      'recording_unreachable',
      `The file is on the disk of recorder ${recorderId}: set PARLEY_PUBLIC_URL there, or have recordings go to a bucket with ` +
        'recording.s3_upload.',
    );
  }
  const token = await signMediaLink(await KeyringObject.of(env).signingKey(), {
    sub: request.recordingId,
    file: file.file,
    ...(request.isDownload && { name: fileName(stored) }),
  });
  const url = addressAt(publicUrl, request.recordingId, file.file);
  url.searchParams.set('token', token);
  return redirect(307, url.href);
}

function redirect(status: 302 | 307, location: string): Response {
  // It is good for an hour, and the address that leads to it is not for longer.
  return new Response(null, {
    status,
    headers: { Location: location, 'Cache-Control': 'private, no-store' },
  });
}

function disposition(stored: StoredFile, { isDownload }: MediaRequest): string {
  return contentDisposition(fileName(stored), { type: isDownload ? 'attachment' : 'inline' });
}

/** A finisher says what it is; nothing that a browser would run. */
function contentType({ file: { mimeType } }: StoredFile): string {
  return /^(audio|video)\/[\w.+-]+(; *codecs="?[\w., -]+"?)?$/.test(mimeType)
    ? mimeType
    : 'application/octet-stream';
}

function wantedRange({ headers }: MediaRequest, etag: string, size: number): ByteRange | 'all' | 'none' {
  const unless = headers.get('If-Range');
  // A date never tells as much as the ETag (RFC 9110 §13.1.5).
  if (unless !== null && unless !== etag) return 'all';
  return byteRange(headers.get('Range') ?? undefined, size);
}

function contentRange({ offset, length }: ByteRange, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`;
}

/** Whether `If-None-Match` names an ETag (RFC 9110 §13.1.2). */
function matches(header: string | null, etag: string): boolean {
  const named = header?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return named.includes('*') || named.includes(etag);
}
