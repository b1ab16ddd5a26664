import { CHAT_TEXTS } from '@parley/protocol/token-bucket';
import { expect, it } from 'vitest';
import { ChatOutbox, MOST_TEXTS } from './chat-outbox.ts';

it('keeps what the server has not told yet, in order', () => {
  const outbox = new ChatOutbox();
  for (const text of ['a', ' b ', 'a', 'c']) outbox.add(text);
  outbox.told('a');
  expect(outbox.texts).toEqual(['b', 'a', 'c']);
  outbox.refused();
  expect(outbox.texts).toEqual(['a', 'c']);
  outbox.told('what another window of the same person wrote');
  expect(outbox.texts).toEqual(['a', 'c']);
});

it('forgets all when any may have been refused', () => {
  const outbox = new ChatOutbox();
  outbox.add('a');
  outbox.clear();
  outbox.told('a');
  expect(outbox.texts).toEqual([]);
});

it('keeps no more than its bound', () => {
  const outbox = new ChatOutbox();
  for (let n = 0; n < MOST_TEXTS; n++) expect(outbox.add(String(n))).toBe(true);
  expect(outbox.add('one more')).toBe(false);
  expect(outbox.texts).toHaveLength(MOST_TEXTS);
  expect(MOST_TEXTS).toBeLessThanOrEqual(CHAT_TEXTS.burst);
});
