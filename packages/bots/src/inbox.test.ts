import { expect, it } from 'vitest';
import { Inbox, until } from './inbox.ts';

it('gives what has come and what comes', async () => {
  const inbox = new Inbox<number>();
  inbox.push(1);
  expect(await inbox.waitFor((n) => n === 1, 'one')).toBe(1);
  const two = inbox.waitFor((n) => n === 2, 'two');
  inbox.push(2);
  expect(await two).toBe(2);
});

it('says what did come when something does not', async () => {
  const inbox = new Inbox<string>();
  inbox.push('before');
  const mark = inbox.count;
  inbox.push('after');
  await expect(inbox.waitFor((text) => text === 'before', 'that', { from: mark, ms: 10 })).rejects.toThrow(
    'that did not come within 10 ms; what came: "after"',
  );
});

it('keeps the latest only, and marks stay true', async () => {
  const inbox = new Inbox<number>(3);
  for (let n = 0; n < 10; n++) inbox.push(n);
  expect(inbox.since(0)).toEqual([7, 8, 9]);
  expect(inbox.count).toBe(10);
  expect(inbox.since(9)).toEqual([9]);
  expect(await inbox.waitFor(() => true, 'any', { from: 8 })).toBe(8);
});

it('waits for what has no event', async () => {
  let calls = 0;
  await until(() => ++calls === 3, 'it is called');
  await expect(until(() => false, 'it holds', { ms: 10, state: () => 'it is 5' })).rejects.toThrow(
    'within 10 ms it did not come about that it holds; it is 5',
  );
});
