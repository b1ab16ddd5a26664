// @vitest-environment happy-dom
import { problem } from '@parley/protocol/errors';
import { Recording, RecordingList } from '@parley/protocol/rest';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fileOf, recordingOf, STARTED, summaryOf } from './fixtures.ts';
import { RecordingsPage } from './recordings-page.tsx';

type Answer = unknown | Response;
/** What the server answers, by method and path. */
let answers: Record<string, Answer>;
const asked: { key: string; authorization: string | null }[] = [];

beforeEach(() => {
  asked.length = 0;
  answers = {};
  location.hash = '#token=jwt';
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const { pathname } = new URL(input, 'http://server');
    const key = `${init.method ?? 'GET'} ${pathname}`;
    asked.push({ key, authorization: new Headers(init.headers).get('Authorization') });
    const answer = answers[key];
    if (answer instanceof Response) return answer.clone();
    if (answer === undefined) return refusal('not_found', 'Nothing here.');
    return Response.json(answer);
  });
  vi.stubGlobal('confirm', () => true);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const refusal = (code: Parameters<typeof problem>[0], detail: string) =>
  Response.json(problem(code, detail), { status: problem(code, detail).status });
const lists = (...recordings: Parameters<typeof summaryOf>[0][]) =>
  RecordingList.parse({ recordings: recordings.map(summaryOf) });
const plain = (text: string | null) => text?.replaceAll(/[\u2068\u2069]/g, '').replaceAll(/\s+/g, ' ');

/** Opens a room's page and its first recording. */
async function open(recording: Partial<Recording>) {
  const whole = Recording.parse(recordingOf(recording));
  answers['GET /api/rooms/stand-up/recordings'] = lists(whole);
  answers['GET /api/recordings/rec-1'] = whole;
  render(<RecordingsPage room="stand-up" />);
  const item = await screen.findByTestId('recording');
  fireEvent.click(within(item).getByTestId('recording-open'));
  await waitFor(() => expect(asked.some(({ key }) => key === 'GET /api/recordings/rec-1')).toBe(true));
  return item;
}

it('lists what there is, with state, length and size, and asks with the invitation’s token', async () => {
  answers['GET /api/recordings'] = lists(
    { id: 'a', status: 'finishing', progress: 0.42 },
    { id: 'b', roomId: 'other', bytes: 999, stoppedAt: STARTED + 3_723_000 },
    { id: 'c', status: 'failed' },
  );
  render(<RecordingsPage room={undefined} />);
  const texts = (await screen.findAllByTestId('recording')).map(({ textContent }) => plain(textContent));
  expect(texts[0]).toContain('1:1512.3 MBBeing finished, 42%');
  expect(texts[1]).toContain('Room other1:02:03999 byteReady');
  expect(texts[2]).toContain('Failed');
  expect((screen.getByLabelText('How far it is') as HTMLProgressElement).value).toBe(0.42);
  expect(asked).toEqual([{ key: 'GET /api/recordings', authorization: 'Bearer jwt' }]);
});

it('plays every file, the whole room first, and has it downloaded', async () => {
  const composite = { kind: 'composite', layout: 'speaker', container: 'mp4' } as const;
  const {
    width: _,
    height: __,
    ...sound
  } = fileOf({ id: 'bob', participantName: 'Bob', from: STARTED + 9000 });
  const item = await open({ files: [fileOf(), sound, fileOf({ id: 'all', ...composite })] });
  const files = await within(item).findAllByTestId('recording-file');
  expect(files.map((file) => within(file).getByTestId('player').tagName)).toEqual([
    'VIDEO',
    'VIDEO',
    'AUDIO',
  ]);
  expect(files.map((file) => within(file).getByTestId('player').getAttribute('src'))).toContain(fileOf().url);
  expect(files.map((file) => plain(within(file).getByRole('heading').textContent))).toEqual([
    'The whole room, who speaks large',
    'Ann',
    'Bob',
  ]);
  expect(files[2]?.textContent).toContain('begins at 0:09');
  expect(within(item).getAllByTestId('download')[0]?.getAttribute('href')).toBe(fileOf().downloadUrl);
});

it('says what is missing in words, and when it will be deleted', async () => {
  const item = await open({
    gaps: [
      { from: STARTED + 20_000, to: STARTED + 24_000, reason: 'node' },
      { from: STARTED + 2000, to: STARTED + 9000, participantId: 'bob', reason: 'recorder' },
    ],
    deletesAt: Date.UTC(2026, 1, 4, 12),
  });
  const lines = (await within(item).findByTestId('gaps')).querySelectorAll('li');
  expect([...lines].map(({ textContent }) => plain(textContent))).toEqual([
    '0:02 to 0:09: nothing of Bob, because the recorder was replaced.',
    '0:20 to 0:24: nothing at all, because the media server was replaced.',
  ]);
  expect(item.textContent).toContain('Will be deleted on Feb 4, 2026');
});

it.each([
  [{ status: 'recording' }, 'Files to play are made when it stops'],
  [{ status: 'finishing', progress: 0.1 }, 'Files to play are being made of it'],
  [{ status: 'failed', error: { code: 'recording_failed', message: 'ffmpeg ended.' } }, 'ffmpeg ended.'],
  [{ status: 'finished' }, 'there are no files'],
] as const)('says how it is where there are no files: %j', async (state, text) => {
  const item = await open({ files: [], ...state });
  await waitFor(() => expect(item.textContent).toContain(text));
  expect(within(item).queryByTestId('recording-delete') === null, 'a live one is stopped first').toBe(
    state.status === 'recording',
  );
});

it('deletes after a question, and says so', async () => {
  const item = await open({});
  vi.stubGlobal('confirm', () => false);
  fireEvent.click(within(item).getByTestId('recording-delete'));
  expect(asked.some(({ key }) => key.startsWith('DELETE'))).toBe(false);
  vi.stubGlobal('confirm', () => true);
  answers['DELETE /api/recordings/rec-1'] = new Response(null, { status: 204 });
  fireEvent.click(within(item).getByTestId('recording-delete'));
  await screen.findByTestId('no-recordings');
  expect(document.activeElement?.tagName).toBe('H1');
});

it('keeps what could not be deleted, with the server’s words', async () => {
  const item = await open({});
  answers['DELETE /api/recordings/rec-1'] = refusal('recording_unavailable', 'No recorder can delete now.');
  fireEvent.click(within(item).getByTestId('recording-delete'));
  await waitFor(() => expect(item.textContent).toContain('No recorder can delete now.'));
});

it('says that one has been deleted meanwhile', async () => {
  answers['GET /api/rooms/stand-up/recordings'] = lists({});
  answers['GET /api/recordings/rec-1'] = refusal('recording_not_found', 'None.');
  render(<RecordingsPage room="stand-up" />);
  fireEvent.click(await screen.findByTestId('recording-open'));
  expect((await screen.findByTestId('recording-problem')).textContent).toContain('has been deleted');
});

it.each([
  ['token_missing', 'These recordings are not open to you'],
  ['token_insufficient', 'These recordings are not open to you'],
  ['internal', 'The recordings cannot be shown'],
] as const)('says what to do where the list is refused: %s', async (code, title) => {
  answers['GET /api/recordings'] = refusal(code, 'No.');
  render(<RecordingsPage room={undefined} />);
  const error = await screen.findByTestId('recordings-error');
  expect(within(error).getByRole('heading').textContent).toBe(title);
  answers['GET /api/recordings'] = lists({});
  fireEvent.click(within(error).getByRole('button'));
  await screen.findByTestId('recording');
  expect(screen.queryByTestId('recordings-error')).toBeNull();
});

it('has the link of a file that has expired replaced, once it does not play', async () => {
  const item = await open({});
  const player = await within(item).findByTestId('player');
  const fresh = fileOf({ url: '/api/recordings/rec-1/media?file=participant-ann&token=t2' });
  answers['GET /api/recordings/rec-1'] = recordingOf({ files: [fresh] });
  answers['GET /api/recordings/rec-1/media'] = refusal('token_expired', 'Get another link.');
  fireEvent.error(player);
  await waitFor(() => expect(player.getAttribute('src')).toBe(fresh.url));
});

it('says in the server’s words why a file cannot be fetched', async () => {
  const item = await open({});
  const player = await within(item).findByTestId('player');
  answers['GET /api/recordings/rec-1/media'] = refusal('recording_unreachable', 'Set PARLEY_PUBLIC_URL.');
  fireEvent.error(player);
  await waitFor(() =>
    expect(within(item).getByTestId('player-problem').textContent).toContain('PARLEY_PUBLIC_URL'),
  );
});
