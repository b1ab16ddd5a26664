import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Inbox, until } from '@parley/service/testing/inbox';
import { RtpPacket } from 'rtp.js/packets';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './storage/folder-lock.ts';
import { RecorderEdge, type RoomEnd } from './testing/recorder-edge.ts';

let edge: RecorderEdge;
let folder: string;
/** Half of what a start costs is compiling what does not change. */
let compiled: string;
const children: ChildProcess[] = [];
const open: { close(): void }[] = [];

beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'parley-compiled-'));
  edge = await RecorderEdge.start();
  edge.participants = [{ participantId: 'p', name: 'Ann' }];
});
afterAll(async () => {
  await edge.close();
  await rm(compiled, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-recorder-'));
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

/** Runs the program as an operator does. */
function run(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: compiled,
      PARLEY_EDGE_URL: edge.url,
      PARLEY_ENROLMENT_SECRET: edge.secret,
      PARLEY_NODE_ID: 'recorder-main',
      PARLEY_METRICS_PORT: '0',
      PARLEY_RECORDING_PATH: join(folder, 'recordings'),
      PARLEY_RECORDING_MIN_FREE_DISK: '1',
      ...environment,
    },
  });
  children.push(child);
  const lines = new Inbox<string>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  return { child, lines, ended };
}

/** Sends Opus to a recorder as a node does, until it is closed. */
async function speak(room: RoomEnd, trackId = 'mic', ssrc = 1234): Promise<void> {
  const hello = await room.messages.next(({ type }) => type === 'hello', 'the hello');
  if (hello.type !== 'hello') throw new Error('no hello');
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const node = { nodeId: 'node-1' };
  room.send({
    type: 'capture',
    ...node,
    event: { type: 'transport', transportId: `of-${trackId}`, ip: '127.0.0.1', port: socket.address().port },
  });
  const codec = { payloadType: 100, mimeType: 'audio/opus', clockRate: 48_000, channels: 2, parameters: {} };
  const rtp = { ssrc, ...codec };
  const transportId = `of-${trackId}`;
  const track = { trackId, transportId, participantId: 'p', muted: false, rtp } as const;
  room.send({
    type: 'capture',
    ...node,
    event: { type: 'track', kind: 'audio', source: 'microphone', ...track },
  });
  let count = 0;
  const timer = setInterval(() => {
    const packet = new RtpPacket();
    packet.setPayloadType(100);
    packet.setSequenceNumber(count & 0xffff);
    packet.setTimestamp(count * 960);
    packet.setSsrc(ssrc);
    packet.setPayload(new DataView(Uint8Array.from([0xf8, 0xff, 0xfe]).buffer));
    const view = packet.getView();
    socket.send(
      new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
      hello.target.port,
      '127.0.0.1',
    );
    count += 1;
  }, 20);
  open.push({
    close: () => {
      clearInterval(timer);
      socket.close();
    },
  });
}

async function started(environment: Record<string, string> = {}) {
  const from = edge.fleetMessages.count;
  const recorder = run(environment);
  await edge.fleetMessages.next(({ type }) => type === 'hello', 'the recorder', { from });
  return recorder;
}

describe('the program', () => {
  // First, since only a process that ends by itself leaves what it has compiled.
  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>, number, RegExp]>([
    ['wrong settings', () => ({ PARLEY_CAPTURE_PORTS: 'all' }), 2, /PARLEY_CAPTURE_PORTS: must be two UDP/],
    [
      'a folder that cannot be made',
      async () => {
        await writeFile(join(folder, 'file'), '');
        return { PARLEY_RECORDING_PATH: join(folder, 'file', 'recordings') };
      },
      1,
      /recording\.path: the folder .* cannot be made/,
    ],
    [
      'a folder that another recorder works in',
      async () => {
        const recordings = join(folder, 'recordings');
        await mkdir(recordings);
        open.push({ close: lockFolder(recordings) });
        return {};
      },
      1,
      /recording\.path: another recorder works in/,
    ],
    [
      'a port that is taken',
      () => ({
        PARLEY_PUBLIC_URL: 'http://localhost:1',
        PARLEY_FILES_PORT: new URL(edge.url).port,
      }),
      1,
      /for recordings; set PARLEY_FILES_HOST or PARLEY_FILES_PORT/,
    ],
  ])('says what to do about %s', async (_, environment, expected, message) => {
    const { lines, ended } = run(await environment());
    expect(await ended).toBe(expected);
    expect(lines.all.join('\n')).toMatch(message);
  });

  it('joins the fleet and says what it can', async () => {
    const from = edge.fleetMessages.count;
    const { lines } = await started({ PARLEY_RECORDER_ROLES: 'capture', LOG_LEVEL: 'debug' });
    const hello = edge.fleetMessages.all.slice(from).find(({ type }) => type === 'hello');
    expect(hello).toMatchObject({
      abilities: { capture: true, finish: false, storage: 'disk' },
      load: { recordings: 0, tracks: 0, finishing: 0 },
    });
    await lines.next((line) => line.includes('"event":"fleet-joined"'), 'the word of having joined');
    const line = await lines.next((one) => one.includes('"event":"started"'), 'where it is');
    const { metrics } = JSON.parse(line) as { metrics: string };
    const page = await (await fetch(metrics.replace('0.0.0.0', '127.0.0.1'))).text();
    expect(page).toMatch(/^parley_recorder_recordings 0$/m);
    expect(page).toMatch(/^parley_recorder_disk_free_bytes \d+$/m);
    expect(lines.all.join('\n'), 'the secret is in no line').not.toContain(edge.secret);
  });

  it('records a room, through a link that breaks, and reports all of it', async () => {
    await started();
    const id = 'rec-records';
    const room = await edge.record('recorder-main', id);
    await speak(room);
    await until(() => edge.reported(id).tracks.length > 0, 'the track is told');
    const from = edge.links.count;
    room.drop();
    const again = await edge.links.next(() => true, 'the link again', { from });
    await again.messages.next(({ type }) => type === 'hello', 'the hello again');
    await sleep(500);
    again.send({ type: 'stop', reason: 'stopped' });
    await until(() => edge.reported(id).complete, 'all is told');
    const { segments, participants } = edge.reported(id);
    expect(participants[0]).toMatchObject({ participantId: 'p', name: 'Ann' });
    const seconds = segments.reduce((sum, { rtpFrom, rtpTo }) => sum + (rtpTo - rtpFrom) / 48_000, 0);
    expect(seconds, 'the time without a link is recorded').toBeGreaterThan(0.5);
    expect(await readdir(join(folder, 'recordings', id))).toEqual(
      expect.arrayContaining(['journal-1.jsonl']),
    );
  });

  it('keeps what it has when it is told to end, and tells the room', async () => {
    const { child, ended } = await started();
    const id = 'rec-ends';
    const room = await edge.record('recorder-main', id);
    await speak(room);
    await until(() => edge.reported(id).tracks.length > 0, 'the track is told');
    child.kill('SIGTERM');
    expect(await room.messages.next(({ type }) => type === 'failed', 'the word to the room')).toMatchObject({
      code: 'recording_unavailable',
      message: 'The recorder stops.',
    });
    expect(await ended).toBe(0);
    expect(edge.reported(id)).toMatchObject({ complete: true });
    expect(edge.reported(id).segments.length).toBeGreaterThan(0);
  });

  it('killed in the middle, the next one tells of every segment that was closed', async () => {
    edge.refusesPosts = 503;
    const { child, ended } = await started();
    const id = 'rec-killed';
    const room = await edge.record('recorder-main', id);
    await speak(room);
    const turn = join(folder, 'recordings', id);
    const files = async (kind: RegExp) =>
      (await readdir(join(turn, '1'), { recursive: true }).catch(() => [])).filter((name) => kind.test(name));
    await until(async () => (await files(/\.part$/)).length > 0, 'the first track is written');
    room.send({ type: 'capture', nodeId: 'node-1', event: { type: 'track-ended', trackId: 'mic' } });
    await speak(room, 'second', 5678);
    const journal = () => readFile(join(turn, 'journal-1.jsonl'), 'utf8');
    await until(async () => (await journal()).includes('"segment"'), 'a segment is closed');
    await until(async () => (await files(/second.*\.part$/)).length > 0, 'the next one is open');
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const closed = await files(/\.webm$/);
    expect(closed).toHaveLength(1);
    edge.refusesPosts = undefined;
    await started();
    await until(() => edge.reported(id).complete, 'all is told');
    expect(edge.reported(id).segments.map(({ file }) => file)).toEqual(closed.map((name) => `1/${name}`));
    expect(await files(/\.part$/)).toEqual([]);
    const again = await edge.record('recorder-main', id, 1);
    await again.messages.next(({ type }) => type === 'failed', 'that no turn is begun twice');
  });

  it('says on the link why it cannot record, and takes the next room', async () => {
    const { lines } = await started({
      LOG_LEVEL: 'trace',
      AWS_ACCESS_KEY_ID: 'recorder',
      AWS_SECRET_ACCESS_KEY: 'the-secret-of-the-bucket',
      PARLEY_RECORDING_S3_UPLOAD: 'true',
      PARLEY_RECORDING_S3_ENDPOINT: 'http://127.0.0.1:9',
    });
    const room = await edge.record('recorder-main', 'rec-refused');
    expect(await room.messages.next(() => true, 'its word')).toMatchObject({
      type: 'failed',
      code: 'recording_unavailable',
      message: expect.stringMatching(/recording\.s3_endpoint|AWS_ACCESS_KEY_ID/),
    });
    await until(() => room.closed, 'the link is closed');
    const next = await edge.record('recorder-main', 'rec-refused', 2);
    await next.messages.next(({ type }) => type === 'failed', 'its word again');
    const said = lines.all.join('\n');
    expect(said).toContain('recording-refused');
    expect(said, 'no secret is logged').not.toMatch(/the-secret-of-the-bucket|eyJ[\w-]{20}/);
    expect(said).not.toContain(edge.secret);
  });
});
