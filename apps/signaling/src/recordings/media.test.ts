import { env } from 'cloudflare:workers';
import { Recording } from '@parley/protocol/rest';
import { beforeEach, expect, it } from 'vitest';
import { call } from '../testing/api.ts';
import { TestRecorder } from '../testing/test-recorder.ts';
import { finishedFile, MEDIA, open, part, TestReporter } from '../testing/test-recording.ts';
import { ask } from '../testing/test-socket.ts';
import { RecordingObject } from './recording-object.ts';

const ID = 'rec-1';
const KEY = `${ID}/files/participant-p1.webm`;

/** Has a recording finished by a recorder, with whatever it calls its participant. */
async function finished(storage: 'bucket' | 'disk', publicUrl?: string, name = 'Ann'): Promise<TestRecorder> {
  const recorder = await TestRecorder.start('recorder-1', {
    storage,
    ...(publicUrl !== undefined && { publicUrl }),
  });
  const reporter = new TestReporter(ID, recorder);
  const object = RecordingObject.of(env, ID);
  await open(ID);
  await object.turn({ epoch: 1, recorderId: 'recorder-1', at: Date.now() });
  const who = { participantId: 'p-1', name, from: Date.now() };
  await reporter.report(part(1, { participants: [who] }), true);
  await object.stopped({ at: Date.now(), reason: 'stopped' });
  const attempt = Number((await recorder.fleet.next('finish'))['attempt']);
  await reporter.claim(attempt);
  const outcome = { type: 'finished', files: [await finishedFile()], missing: [] };
  expect((await reporter.progress(attempt, 1, outcome)).status).toBe(204);
  return recorder;
}

const links = async () => {
  const [file] = Recording.parse((await call('GET', `/api/recordings/${ID}`)).body).files;
  const path = (url = '') => url.slice(new URL(url).origin.length);
  return { url: path(file?.url), downloadUrl: path(file?.downloadUrl) };
};
const text = async (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const fetchPlain = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ask(path, { method, headers, redirect: 'manual' });

beforeEach(async () => {
  await env.RECORDINGS?.put(KEY, MEDIA);
});

it('streams a file of its bucket, whole and in parts', async () => {
  await finished('bucket');
  const { url } = await links();
  const whole = await fetchPlain(url);
  expect([whole.status, await whole.text()]).toEqual([200, await text(MEDIA)]);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=3600, immutable',
    'content-length': String(MEDIA.length),
    'content-type': 'video/webm; codecs="vp8, opus"',
    'x-content-type-options': 'nosniff',
    etag: `"${(await finishedFile()).sha256}"`,
  });
  const part = await fetchPlain(url, { Range: 'bytes=2-5' });
  expect([
    part.status,
    part.headers.get('Content-Range'),
    part.headers.get('Content-Length'),
    await part.text(),
  ]).toEqual([206, `bytes 2-5/${MEDIA.length}`, '4', '2345']);
  const tail = await fetchPlain(url, { Range: 'bytes=-5' });
  expect([tail.status, await tail.text()]).toEqual([206, 'heard']);
  const beyond = await fetchPlain(url, { Range: 'bytes=1000-' });
  expect([beyond.status, beyond.headers.get('Content-Range')]).toEqual([416, `bytes */${MEDIA.length}`]);
});

it('tells of a file without sending it, and sends none that is known', async () => {
  await finished('bucket');
  const { url } = await links();
  const head = await fetchPlain(url, {}, 'HEAD');
  expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([
    200,
    String(MEDIA.length),
    '',
  ]);
  const etag = head.headers.get('ETag') ?? '';
  const known = await fetchPlain(url, { 'If-None-Match': `"other", W/${etag}` });
  expect([known.status, await known.text()]).toEqual([304, '']);
  const range = { Range: 'bytes=0-0' };
  expect((await fetchPlain(url, { ...range, 'If-Range': etag })).status).toBe(206);
  expect((await fetchPlain(url, { ...range, 'If-Range': '"older"' })).status).toBe(200);
  // Without the mark of its content it may be another one tomorrow.
  const unmarked = await fetchPlain(url.replace(/&v=\w+/, ''));
  expect(unmarked.headers.get('Cache-Control')).toBe('private, no-cache');
});

it('gives a download a name that is harmless, whatever people call themselves', async () => {
  await finished('bucket', undefined, '../a"; x="\u202Eб');
  const { downloadUrl } = await links();
  const { headers } = await fetchPlain(downloadUrl);
  const header = headers.get('Content-Disposition') ?? '';
  expect(header).toMatch(
    /^attachment; filename="standup - [\w .-]+ - \.\._a_; x=_\?\.webm"; filename\*=UTF-8''/,
  );
  expect(decodeURIComponent(header.split("UTF-8''")[1] ?? '')).toMatch(/ - \.\._a_; x=_б\.webm$/);
});

it('opens a link for the file that it was made for, and no other', async () => {
  await finished('bucket');
  const { url } = await links();
  for (const wrong of [url.replace('p1.webm', 'p2.webm'), url.replace(ID, 'rec-2'), url.slice(0, -4)]) {
    const response = await fetchPlain(wrong);
    expect([response.status, await response.json()]).toMatchObject([401, { code: 'token_expired' }]);
  }
  const none = await call('GET', `/api/recordings/${ID}/media?file=files/none.webm`);
  expect(none.body).toMatchObject({ code: 'not_found' });
  const odd = await call('GET', `/api/recordings/${ID}/media?file=../x`);
  expect(odd.body).toMatchObject({ code: 'invalid_message' });
});

it('says what to do where a bucket cannot be read', async () => {
  await env.RECORDINGS?.delete(KEY);
  await finished('bucket');
  const { url } = await links();
  const { status, body } = await call('GET', url);
  expect([status, body['code']]).toEqual([503, 'recording_unreachable']);
  expect(body['detail']).toContain('PARLEY_S3_ACCESS_KEY_ID');
});

it('serves no file that is another by now', async () => {
  await env.RECORDINGS?.put(KEY, 'shorter');
  await finished('bucket');
  expect((await call('GET', (await links()).url)).body).toMatchObject({ code: 'recording_unreachable' });
});

it('leads to the recorder whose disk has it, with a link of its own', async () => {
  await finished('disk', 'http://recorder.example:8090/base');
  const { url, downloadUrl } = await links();
  const response = await fetchPlain(url);
  expect(response.status).toBe(307);
  const location = new URL(response.headers.get('Location') ?? '');
  expect(location.origin + location.pathname).toBe(`http://recorder.example:8090/base/recordings/${KEY}`);
  const claims = (at: URL) => JSON.parse(atob((at.searchParams.get('token') ?? '').split('.')[1] ?? ''));
  expect(claims(location)).toMatchObject({
    aud: 'recording-media',
    sub: ID,
    file: 'files/participant-p1.webm',
  });
  expect(claims(location)).not.toHaveProperty('name');
  const download = await fetchPlain(downloadUrl);
  expect(claims(new URL(download.headers.get('Location') ?? ''))).toMatchObject({
    name: expect.stringMatching(/^standup - .* - Ann\.webm$/),
  });
});

it('says what to do where a recorder’s disk cannot be reached', async () => {
  const recorder = await finished('disk');
  const { url } = await links();
  const noUrl = await call('GET', url);
  expect([noUrl.status, noUrl.body['detail']]).toEqual([503, expect.stringContaining('PARLEY_PUBLIC_URL')]);
  recorder.fleet.close();
  await expect.poll(async () => (await call('GET', url)).body['detail']).toContain('start it');
});

it('has no files before it is finished', async () => {
  await open(ID);
  expect((await call('GET', `/api/recordings/${ID}/media?file=files/a.webm`)).body).toMatchObject({
    code: 'recording_unfinished',
  });
});
