import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEGMENT_LINK_AUDIENCE, type SegmentSource } from '@parley/protocol/recording/recorder-api';
import { TOKEN_TYPES } from '@parley/protocol/tokens';
import { ThrottledLog } from '@parley/service/throttled-log';
import { createLocalJWKSet } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FileServer } from '../files/file-server.ts';
import { RecorderEdge } from '../testing/recorder-edge.ts';
import { OtherDisks } from './other-disks.ts';

let edge: RecorderEdge;
let root: string;
let local: string;
let server: FileServer;

const listen = (port: number) =>
  FileServer.listen({
    host: '127.0.0.1',
    port,
    root,
    edgeUrl: edge.url,
    keys: createLocalJWKSet({ keys: [edge.key.jwk] }),
    events: new ThrottledLog(pino({ level: 'silent' })),
  });

beforeAll(async () => {
  edge = await RecorderEdge.start();
  root = await mkdtemp(join(tmpdir(), 'parley-other-disk-'));
  local = join(root, 'fetched', 'piece.webm');
  await mkdir(join(root, 'rec', '1', 't'), { recursive: true });
  await mkdir(join(root, 'rec', '11', 't'), { recursive: true });
  await writeFile(join(root, 'rec', '1', 't', '000000.webm'), 'a piece');
  await writeFile(join(root, 'rec', '11', 't', '000000.webm'), 'another');
  server = await listen(0);
});
beforeEach(() => rm(local, { force: true }));
afterAll(async () => {
  server.close();
  await edge.close();
  await rm(root, { recursive: true });
});

async function source(port = server.port, claims = { sub: 'rec', epochs: [1] }): Promise<SegmentSource> {
  const { sub, epochs } = claims;
  const token = await edge.sign({ epochs }, TOKEN_TYPES.segments, sub, SEGMENT_LINK_AUDIENCE, 60);
  return { recorderId: 'other', epochs: [1, 11], url: `http://127.0.0.1:${port}/recordings/rec/`, token };
}

function disks(sources: SegmentSource[], patienceMs = 60_000) {
  const gone: string[] = [];
  const onGone = (recorderId: string, error: unknown) => gone.push(`${recorderId}: ${error}`);
  const signal = new AbortController().signal;
  return { gone, disks: new OtherDisks({ sources, signal, onGone, patienceMs }) };
}

describe('OtherDisks', () => {
  it('fetches a segment of an epoch that another recorder has, and knows what nobody has', async () => {
    const { disks: others, gone } = disks([await source()]);
    expect(await others.fetch('1/t/000000.webm', local)).toBe(true);
    expect(await readFile(local, 'utf8')).toBe('a piece');
    expect(await others.fetch('1/t/000001.webm', local)).toBe(false);
    expect(await others.fetch('2/t/000000.webm', local), 'of another epoch').toBe(false);
    expect(gone).toEqual([]);
  });

  it('waits for a recorder that is just started anew', async () => {
    const { port } = server;
    server.close();
    const { disks: others, gone } = disks([await source(port)]);
    const fetched = others.fetch('1/t/000000.webm', local);
    server = await listen(port);
    expect(await fetched).toBe(true);
    expect(gone).toEqual([]);
  });

  it('asks one that refuses, or does not answer, no more after a while, and says so once', async () => {
    const closed = await listen(0);
    const { port } = closed;
    closed.close();
    const refused = [
      ['does not answer', await source(port), '1/t/000000.webm', /fetch failed/],
      ['other epoch', await source(), '11/t/000000.webm', /answered HTTP 403/],
      [
        'other recording',
        await source(server.port, { sub: 'rec2', epochs: [1] }),
        '1/t/000000.webm',
        /answered HTTP 403/,
      ],
    ] as const;
    for (const [what, from, file, why] of refused) {
      const { disks: others, gone } = disks([from], 700);
      expect(await others.fetch(file, local), what).toBe(false);
      expect(await others.fetch(file, local), what).toBe(false);
      expect(gone, what).toEqual([expect.stringMatching(why)]);
    }
  });

  it('ends with its job', async () => {
    const abort = new AbortController();
    const closed = await listen(0);
    const { port } = closed;
    closed.close();
    const others = new OtherDisks({
      sources: [await source(port)],
      signal: abort.signal,
      onGone: () => undefined,
    });
    const fetching = others.fetch('1/t/000000.webm', local);
    abort.abort(new Error('a later attempt has begun'));
    await expect(fetching).rejects.toThrow('a later attempt has begun');
  });
});
