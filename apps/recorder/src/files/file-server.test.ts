import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { TOKEN_TYPES } from '@parley/protocol/tokens';
import { makeKey } from '@parley/service/testing/edge-server';
import { ThrottledLog } from '@parley/service/throttled-log';
import { createLocalJWKSet } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecorderEdge } from '../testing/recorder-edge.ts';
import { FileServer } from './file-server.ts';

const CONTENT = '0123456789';
let edge: RecorderEdge;
let server: FileServer;
let root: string;

beforeAll(async () => {
  edge = await RecorderEdge.start();
  root = await mkdtemp(join(tmpdir(), 'parley-files-'));
  await mkdir(join(root, 'rec', 'files'), { recursive: true });
  await writeFile(join(root, 'rec', 'files', 'a.webm'), CONTENT);
  await writeFile(join(root, 'secret.txt'), 'secret');
  server = await FileServer.listen({
    host: '127.0.0.1',
    port: 0,
    root,
    edgeUrl: edge.url,
    keys: createLocalJWKSet({ keys: [edge.key.jwk] }),
    events: new ThrottledLog(pino({ level: 'silent' })),
  });
});
afterAll(async () => {
  server.close();
  await edge.close();
  await rm(root, { recursive: true });
});

async function token({ file = 'files/a.webm', sub = 'rec', seconds = 60, name = '' } = {}): Promise<string> {
  const claims = { file, ...(name !== '' && { name }) };
  return await edge.sign(claims, TOKEN_TYPES.media, sub, 'recording-media', seconds);
}

async function get(path: string, link: string | undefined, init: RequestInit = {}): Promise<Response> {
  const query = link === undefined ? '' : `?token=${link}`;
  return await fetch(`http://127.0.0.1:${server.port}/recordings/${path}${query}`, init);
}

describe('FileServer', () => {
  it('gives a file, or a part of it, to whoever has a link', async () => {
    const whole = await get('rec/files/a.webm', await token());
    expect(await whole.text()).toBe(CONTENT);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'video/webm',
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=3600, immutable',
      'content-disposition': 'inline',
      'access-control-allow-origin': edge.url,
    });
    const part = await get('rec/files/a.webm', await token(), { headers: { range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 2-4/10',
      '234',
    ]);
    const head = await get('rec/files/a.webm', await token(), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
    const beyond = await get('rec/files/a.webm', await token(), { headers: { range: 'bytes=20-' } });
    expect(beyond.status).toBe(416);
    const etag = whole.headers.get('etag') ?? '';
    const same = await get('rec/files/a.webm', await token(), {
      headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
    });
    expect(same.status).toBe(304);
  });

  it('names a download, whatever its name', async () => {
    const link = await token({ name: 'Ann "X"\r\nset-cookie: ä/b.webm' });
    const { headers } = await get('rec/files/a.webm', link);
    expect(headers.get('content-disposition')).toBe(
      'attachment; filename="Ann _X___set-cookie_ __b.webm"; filename*=UTF-8\'\'Ann%20%22X%22%0D%0Aset-cookie%3A%20%C3%A4%2Fb.webm',
    );
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('gives nothing for a link that is none, is over, or is for something else', async () => {
    const other = await makeKey('test-key');
    const forger = new RecorderEdge(other, { path: '/', parse: () => ({ type: 'heartbeat' }) as never });
    const forged = await forger.sign(
      { file: 'files/a.webm' },
      TOKEN_TYPES.media,
      'rec',
      'recording-media',
      60,
    );
    const another = await edge.sign({ file: 'files/a.webm' }, TOKEN_TYPES.node, 'rec', 'recording-media', 60);
    const links = {
      none: undefined,
      forged,
      'of another type': another,
      over: await token({ seconds: -60 }),
      'for another file': await token({ file: 'files/b.webm' }),
      'for another recording': await token({ sub: 'rec2' }),
    };
    for (const [what, link] of Object.entries(links)) {
      const refused = await get('rec/files/a.webm', link);
      expect(refused.status, what).toBe(403);
      expect(await refused.text(), what).not.toContain(CONTENT);
    }
    expect((await get('rec/files/b.webm', await token({ file: 'files/b.webm' }))).status).toBe(404);
    expect((await get('rec/files', await token({ file: 'files' }))).status, 'no lists').toBe(404);
    expect((await get('rec/files/a.webm', await token(), { method: 'DELETE' })).status).toBe(405);
  });

  it.each([
    '/recordings/../secret.txt',
    '/recordings/rec/../../secret.txt',
    '/recordings/rec/%2e%2e/%2e%2e/secret.txt',
    '/recordings/..%2fsecret.txt',
    '/recordings//etc/passwd',
    '/recordings/.work/rec/a',
    '/recordings/rec/files/a.webm%00.txt',
    '//secret.txt',
    '/',
  ])('leaves its folder by no path: %s', async (path) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end(`GET ${path}?token=${await token()} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 40[034] /);
    expect(answer).not.toContain('secret\n');
  });
});
