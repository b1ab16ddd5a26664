import { expect, it, vi } from 'vitest';
import { ChatLog } from './chat-log.ts';

const said = (text: string) => ({ participantId: 'ann', name: 'Ann', text, at: 0 });

it('counts what others said since it was read', () => {
  const log = new ChatLog();
  log.add(said('one'), false);
  log.add(said('mine'), true);
  log.add(said('two'), false);
  expect(log.current().unread).toBe(2);
  log.read();
  expect(log.current().unread).toBe(0);
  log.add(said('three'), false);
  expect(log.current().unread).toBe(1);
  expect(log.current().entries.map(({ id, text, isOwn }) => [id, text, isOwn])).toEqual([
    [0, 'one', false],
    [1, 'mine', true],
    [2, 'two', false],
    [3, 'three', false],
  ]);
});

it('is another object after a change only, and tells of it until one has heard enough', () => {
  const log = new ChatLog();
  const changed = vi.fn();
  const off = log.subscribe(changed);
  const before = log.current();
  log.read();
  expect(log.current()).toBe(before);
  expect(changed).not.toHaveBeenCalled();
  log.add(said('one'), false);
  expect(log.current()).not.toBe(before);
  expect(changed).toHaveBeenCalledTimes(1);
  off();
  log.read();
  expect(changed).toHaveBeenCalledTimes(1);
});
