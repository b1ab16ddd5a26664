import type { ServerAnswer } from '@parley/protocol/server-messages';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ANSWER_TIMEOUT, AnswerTurn } from './answer-turn.ts';
import { CallError } from './call-error.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const answer = (sdp: string): ServerAnswer => ({
  type: 'answer',
  roomId: 'room',
  requestType: 'offer',
  sdp,
  tracks: [],
});
/** Waits in vain, as far as this side knows. */
async function giveUp(turn: AnswerTurn): Promise<void> {
  const waiting = expect(turn.wait('offer')).rejects.toMatchObject({ code: 'negotiation_failed' });
  await vi.advanceTimersByTimeAsync(ANSWER_TIMEOUT);
  await waiting;
}

it('gives the answer, and leaves no timer', async () => {
  const turn = new AnswerTurn();
  const waiting = turn.wait('offer');
  turn.resolve(answer('a'));
  await expect(waiting).resolves.toMatchObject({ sdp: 'a' });
  expect(vi.getTimerCount()).toBe(0);
});

it('passes a refusal on, and says when nobody waits for one', async () => {
  const turn = new AnswerTurn();
  const error = new CallError('sdp_invalid', 'No.');
  expect(turn.refuse(error)).toBe(false);
  const waiting = turn.wait('offer');
  expect(turn.refuse(error)).toBe(true);
  await expect(waiting).rejects.toBe(error);
});

it('does not take a late answer for the next one’s', async () => {
  const turn = new AnswerTurn();
  await giveUp(turn);
  const waiting = turn.wait('offer');
  turn.resolve(answer('late'));
  turn.resolve(answer('right'));
  await expect(waiting).resolves.toMatchObject({ sdp: 'right' });
});

it('forgets an answer that comes while nobody waits', async () => {
  const turn = new AnswerTurn();
  await giveUp(turn);
  turn.resolve(answer('late'));
  const waiting = turn.wait('offer');
  turn.resolve(answer('right'));
  await expect(waiting).resolves.toMatchObject({ sdp: 'right' });
});

it('goes on with a server that has dropped an offer', async () => {
  const turn = new AnswerTurn();
  await giveUp(turn);
  const second = giveUp(turn);
  turn.resolve(answer('of the second'));
  await second;
  const third = turn.wait('offer');
  turn.resolve(answer('of the third'));
  await expect(third).resolves.toMatchObject({ sdp: 'of the third' });
});

it('gives an offer its time only while it can be answered', async () => {
  const turn = new AnswerTurn();
  const waiting = turn.wait('offer');
  turn.pause();
  await vi.advanceTimersByTimeAsync(10 * ANSWER_TIMEOUT);
  turn.restart();
  await vi.advanceTimersByTimeAsync(ANSWER_TIMEOUT - 1);
  turn.resolve(answer('a'));
  await expect(waiting).resolves.toMatchObject({ sdp: 'a' });
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  ['of another offer', 'other', 'other answer'],
  ['of one that says the same', 'o=- 2\noffer', 'o=- 4\nanswer'],
])('does not take the second answer to an offer made twice for that %s', async (_, offer, sdp) => {
  const turn = new AnswerTurn();
  const first = turn.wait('o=- 1\noffer');
  turn.restart();
  turn.resolve(answer('o=- 2\nanswer'));
  await first;
  const next = turn.wait(offer);
  if (offer === 'other') turn.resolve(answer('o=- 3\nanswer'));
  turn.resolve(answer(sdp));
  await expect(next).resolves.toMatchObject({ sdp });
});
