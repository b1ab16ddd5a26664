// @vitest-environment happy-dom
import { type FakeRoom, joinFakeRoom, stubBrowser } from '@parley/client/testing/join-fake-room';
import { problem } from '@parley/protocol/errors';
import { ParleyProvider } from '@parley/react';
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Notices } from '../notices.ts';
import { recordingOf } from '../recordings/fixtures.ts';
import { RecordingServer } from '../recordings/server.ts';
import { RecordingDialog } from './recording-dialog.tsx';
import { RecordingMark } from './recording-mark.tsx';
import { RecordingNotice } from './recording-notice.tsx';
import { useMeetingRecording } from './use-meeting-recording.ts';

beforeEach(stubBrowser);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const live = { recordingId: 'rec-1', startedAt: Date.now() - 65_000 };
let seq = 0;
const started = (room: FakeRoom) =>
  room.socket.receive({ type: 'recording-started', roomId: 'room', seq: ++seq, ...live });
const stopped = (room: FakeRoom) =>
  room.socket.receive({
    type: 'recording-stopped',
    roomId: 'room',
    seq: ++seq,
    recordingId: 'rec-1',
    reason: 'stopped',
  });

function Meeting({ notices, knownId }: { notices: Notices; knownId: string | undefined }) {
  const recording = useMeetingRecording(notices, knownId);
  const server = new RecordingServer('jwt');
  return (
    <>
      <RecordingMark since={recording.since} onOpen={undefined} />
      <RecordingNotice untold={recording.untold} onStay={recording.told} onLeave={() => undefined} />
      <RecordingDialog room="room" server={server} recording={recording} onClose={() => undefined} />
    </>
  );
}

async function join(joined: Parameters<typeof joinFakeRoom>[0] = {}, knownId?: string) {
  seq = 0;
  const room = await joinFakeRoom(joined);
  const notices = new Notices();
  render(
    <ParleyProvider call={room.call}>
      <Meeting notices={notices} knownId={knownId} />
    </ParleyProvider>,
  );
  return { room, notices: () => notices.current().map(({ text }) => text) };
}
const mark = () => screen.queryByTestId('recording-mark')?.textContent;
const untold = () => screen.queryByTestId('recording-notice')?.dataset['why'];

it('tells who joins a room that is recorded, until they have decided, and how long it has been', async () => {
  await join({ recording: live });
  expect(mark()).toMatch(/^Recording1:0\d$/);
  expect(untold()).toBe('joined');
  expect(screen.getByTestId('recording-notice').parentElement?.getAttribute('role')).toBe('alert');
  fireEvent.click(screen.getByTestId('recording-stay'));
  expect([untold(), mark() !== undefined]).toEqual([undefined, true]);
});

it('does not tell again who was told in the lobby', async () => {
  await join({ recording: live }, live.recordingId);
  expect(untold()).toBeUndefined();
  expect(mark()).toBeDefined();
});

it('tells everybody of a start and of the end', async () => {
  const { room, notices } = await join();
  expect([mark(), untold()]).toEqual([undefined, undefined]);
  act(() => started(room));
  expect(untold()).toBe('started');
  expect(mark(), 'by this machine’s clock').toMatch(/^Recording0:0\d$/);
  act(() => stopped(room));
  expect([mark(), untold()]).toEqual([undefined, undefined]);
  expect(notices()).toEqual(['The recording has stopped.']);
});

it('starts what was chosen, and tells who did so in one line', async () => {
  const { room, notices } = await join();
  const asked: unknown[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push([
      init.method,
      path,
      JSON.parse(String(init.body)),
      new Headers(init.headers).get('Authorization'),
    ]);
    act(() => started(room));
    return Response.json(recordingOf({ status: 'recording' }), { status: 201 });
  });
  fireEvent.click(screen.getByTestId('record-composite'));
  fireEvent.change(screen.getByTestId('record-layout'), { target: { value: 'speaker' } });
  fireEvent.click(screen.getByTestId('start-recording'));
  await waitFor(() => expect(notices()).toEqual(['The recording has started. Everybody here is told.']));
  const body = { mode: 'composite', layout: 'speaker', audioOnly: false };
  expect(asked).toEqual([['POST', '/api/rooms/room/recording/start', body, 'Bearer jwt']]);
  expect(untold()).toBeUndefined();
});

it('shows why it does not start as the server says it', async () => {
  await join();
  const detail = 'The recorder rec-a has no ffmpeg. Install it there.';
  vi.stubGlobal('fetch', async () =>
    Response.json(problem('recording_unavailable', detail), { status: 503 }),
  );
  fireEvent.click(screen.getByTestId('start-recording'));
  await waitFor(() => expect(screen.getByTestId('recording-error').textContent).toBe(detail));
  expect(screen.getByTestId('start-recording').textContent).toBe('Start recording');
});

it('stops after a question', async () => {
  await join({ recording: live });
  const fetched = vi.fn(async () => Response.json(recordingOf({ status: 'finishing' })));
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('confirm', () => false);
  fireEvent.click(screen.getByTestId('stop-recording'));
  expect(fetched).not.toHaveBeenCalled();
  vi.stubGlobal('confirm', () => true);
  fireEvent.click(screen.getByTestId('stop-recording'));
  expect(fetched).toHaveBeenCalledWith(
    '/api/rooms/room/recording/stop',
    expect.objectContaining({ method: 'POST' }),
  );
});
