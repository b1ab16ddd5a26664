// @vitest-environment happy-dom
import { type FakeRoom, joinFakeRoom, stubBrowser } from '@parley/client/testing/join-fake-room';
import { act, cleanup, render, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  ParleyProvider,
  useCall,
  useCallState,
  useChat,
  useGrants,
  useLobby,
  useLocalTracks,
  useParticipants,
  useRecording,
  useRoom,
  useStats,
  useTiles,
} from './index.ts';

beforeEach(stubBrowser);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ANN = { participantId: 'ann', name: 'Ann', joinedAt: 1, tracks: [] };

/** What a hook says in a room, each time it was drawn. */
function drawn<T>({ call }: FakeRoom, hook: () => T) {
  const all: T[] = [];
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ParleyProvider call={call}>{children}</ParleyProvider>
  );
  const { unmount } = renderHook(
    () => {
      all.push(hook());
    },
    { wrapper },
  );
  return { all, last: () => all.at(-1), unmount };
}

it('draws again what changed, and nothing else', async () => {
  const room = await joinFakeRoom();
  const names = drawn(room, () => [...useParticipants().values()].map(({ name }) => name));
  const settings = drawn(room, useRoom);
  expect(names.last()).toEqual(['Me']);
  act(() => room.socket.receive({ type: 'participant-joined', roomId: 'room', seq: 1, participant: ANN }));
  expect(names.last()).toEqual(['Me', 'Ann']);
  expect(settings.all).toHaveLength(1);
});

it('follows the recording', async () => {
  const room = await joinFakeRoom();
  const since = drawn(room, () => useRecording()?.startedAt);
  const recording = { recordingId: 'rec-1', startedAt: 5 };
  act(() => room.socket.receive({ type: 'recording-started', roomId: 'room', seq: 1, ...recording }));
  expect(since.last()).toBe(5);
  const stopped = { recordingId: 'rec-1', reason: 'stopped' } as const;
  act(() => room.socket.receive({ type: 'recording-stopped', roomId: 'room', seq: 2, ...stopped }));
  expect(since.all).toEqual([undefined, 5, undefined]);
});

it('follows tiles, grants, lobby and the state of the call', async () => {
  const room = await joinFakeRoom();
  const tiles = drawn(room, () => useTiles().map(({ name, isSelf }) => [name, isSelf]));
  const moderates = drawn(room, () => useGrants().moderate);
  const waiting = drawn(room, () => useLobby().map(({ name }) => name));
  const state = drawn(room, useCallState);
  const { grants } = room.call;
  const guest = { participantId: 'bob', name: 'Bob', since: 1 };
  act(() => {
    room.socket.receive({ type: 'participant-joined', roomId: 'room', seq: 1, participant: ANN });
    room.socket.receive({ type: 'grants-changed', roomId: 'room', grants: { ...grants, moderate: true } });
    room.socket.receive({ type: 'lobby', roomId: 'room', waiting: [guest] });
  });
  expect(tiles.last()).toEqual([
    ['Ann', false],
    ['Me', true],
  ]);
  expect(moderates.last()).toBe(true);
  expect(waiting.last()).toEqual(['Bob']);
  act(() => room.call.leave());
  expect(state.last()).toBe('ended');
});

it('shows one’s own devices at once', async () => {
  const room = await joinFakeRoom();
  const on = drawn(room, () => useLocalTracks().get('microphone')?.enabled ?? false);
  await act(async () => void room.call.setMicrophoneEnabled(true).catch(() => undefined));
  expect(on.last()).toBe(true);
});

function Panel({ isOpen, onDrawn }: { isOpen: boolean; onDrawn: (said: unknown) => void }) {
  const { entries, unread } = useChat(isOpen);
  onDrawn([entries.map(({ text, isOwn }) => `${isOwn ? 'me: ' : ''}${text}`), unread]);
  return null;
}

it('keeps the chat for a panel that was not open, and counts what was not read', async () => {
  const room = await joinFakeRoom();
  let seen: unknown;
  const view = (isOpen: boolean | undefined) => (
    <ParleyProvider call={room.call}>
      {isOpen !== undefined && (
        <Panel
          isOpen={isOpen}
          onDrawn={(said) => {
            seen = said;
          }}
        />
      )}
    </ParleyProvider>
  );
  const { rerender } = render(view(undefined));
  const say = (seq: number, participantId: string, text: string) =>
    act(() =>
      room.socket.receive({ type: 'chat', roomId: 'room', seq, participantId, name: 'x', text, at: seq }),
    );
  say(1, 'ann', 'hello');
  say(2, 'me', 'hi');
  rerender(view(false));
  expect(seen).toEqual([['hello', 'me: hi'], 1]);
  rerender(view(true));
  expect(seen).toEqual([['hello', 'me: hi'], 0]);
  say(3, 'ann', 'so');
  rerender(view(false));
  expect(seen).toEqual([['hello', 'me: hi', 'so'], 0]);
});

it('measures while it is wanted', async () => {
  const room = await joinFakeRoom();
  const stats = drawn(room, () => useStats(true));
  await vi.waitFor(() => expect(stats.last()?.at(-1)?.at).toBeGreaterThan(0));
  const none = drawn(room, () => useStats(false));
  expect(none.all).toEqual([[]]);
});

it('says what is missing where there is no call', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(() => renderHook(useCall)).toThrow('<ParleyProvider call={call}>');
});

it('does not leave the call when it goes, and listens no more', async () => {
  const room = await joinFakeRoom();
  const names = drawn(room, () => useParticipants().size);
  names.unmount();
  act(() => room.socket.receive({ type: 'participant-joined', roomId: 'room', seq: 1, participant: ANN }));
  expect(names.all).toEqual([1]);
  expect(room.call.state).not.toBe('ended');
});
