// @vitest-environment happy-dom
import { FakeSocket } from '@parley/client/testing/fake-socket';
import { stubBrowser } from '@parley/client/testing/join-fake-room';
import { act, cleanup, renderHook } from '@testing-library/react';
import { StrictMode, useEffect } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useConnect } from './index.ts';

beforeEach(stubBrowser);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ROOM = { room: 'room', name: 'Me' };
const open = () => FakeSocket.all.filter(({ readyState }) => readyState !== 3);

it('gives up joining when the component goes', async () => {
  const { result, unmount } = renderHook(() => useConnect());
  let joining: Promise<unknown> | undefined;
  act(() => {
    joining = result.current.join('http://server', ROOM);
  });
  expect(open()).toHaveLength(1);
  unmount();
  await expect(joining).resolves.toBeUndefined();
  expect(open()).toEqual([]);
});

it('does not join for a component that is gone: nobody would leave', async () => {
  const { result, unmount } = renderHook(() => useConnect());
  unmount();
  await expect(result.current.join('http://server', ROOM)).resolves.toBeUndefined();
  expect(FakeSocket.all).toEqual([]);
});

it('joins once from an effect, also where React mounts everything twice', () => {
  const { result, unmount } = renderHook(
    () => {
      const controls = useConnect();
      const { join } = controls;
      useEffect(() => void join('http://server', ROOM), [join]);
      return controls;
    },
    { wrapper: StrictMode },
  );
  expect(open()).toHaveLength(1);
  expect(result.current.connection.state).toBe('joining');
  unmount();
  expect(open()).toEqual([]);
});
