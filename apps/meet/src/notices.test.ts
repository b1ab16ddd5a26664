import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NOTICE_TIME, Notices } from './notices.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const texts = (notices: Notices) => notices.current().map(({ text }) => text);

it('shows each text once, for a while', () => {
  const notices = new Notices();
  notices.add('a');
  notices.add('a');
  vi.advanceTimersByTime(NOTICE_TIME / 2);
  notices.add('b');
  expect(texts(notices)).toEqual(['a', 'b']);
  vi.advanceTimersByTime(NOTICE_TIME / 2);
  expect(texts(notices)).toEqual(['b']);
});

it('keeps the newest three', () => {
  const notices = new Notices();
  for (const text of 'abcd') notices.add(text);
  expect(texts(notices)).toEqual(['b', 'c', 'd']);
});

it('tells its listeners', () => {
  const notices = new Notices();
  const listener = vi.fn();
  const off = notices.subscribe(listener);
  notices.add('a');
  off();
  notices.add('b');
  expect(listener).toHaveBeenCalledOnce();
});
