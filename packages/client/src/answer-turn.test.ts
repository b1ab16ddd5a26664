import type { ServerAnswer } from '@parley/protocol/server-messages';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ANSWER_TIMEOUT, AnswerTurn } from './answer-turn.ts';
import { CallError } from './call-error.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const answer = (offerId: string): ServerAnswer => ({
  type: 'answer',
  roomId: 'room',
  offerId,
  requestType: 'offer',
  sdp: `answer to ${offerId}`,
  tracks: [],
});
const error = new CallError('sdp_invalid', 'No.');

it('gives the answer, and leaves no timer', async () => {
  const turn = new AnswerTurn();
  const waiting = turn.wait('1');
  turn.resolve(answer('1'));
  await expect(waiting).resolves.toMatchObject({ sdp: 'answer to 1' });
  expect(vi.getTimerCount()).toBe(0);
});

it('passes a refusal on', async () => {
  const turn = new AnswerTurn();
  const waiting = turn.wait('1');
  turn.refuse('1', error);
  await expect(waiting).rejects.toBe(error);
});

it('drops what is said about an offer that was given up', async () => {
  const turn = new AnswerTurn();
  const first = expect(turn.wait('1')).rejects.toMatchObject({ code: 'negotiation_failed' });
  await vi.advanceTimersByTimeAsync(ANSWER_TIMEOUT);
  await first;
  const next = turn.wait('2');
  turn.resolve(answer('1'));
  turn.refuse('1', error);
  turn.resolve(answer('2'));
  await expect(next).resolves.toMatchObject({ sdp: 'answer to 2' });
});

it('takes the second refusal of an offer that was made twice for none of the next', async () => {
  const turn = new AnswerTurn();
  const first = turn.wait('1');
  turn.restart();
  turn.refuse('1', error);
  await expect(first).rejects.toBe(error);
  const next = turn.wait('2');
  turn.refuse('1', error);
  turn.resolve(answer('2'));
  await expect(next).resolves.toMatchObject({ sdp: 'answer to 2' });
});

it('gives an offer its time only while it can be answered', async () => {
  const turn = new AnswerTurn();
  const waiting = turn.wait('1');
  turn.pause();
  await vi.advanceTimersByTimeAsync(10 * ANSWER_TIMEOUT);
  turn.restart();
  await vi.advanceTimersByTimeAsync(ANSWER_TIMEOUT - 1);
  turn.resolve(answer('1'));
  await expect(waiting).resolves.toMatchObject({ sdp: 'answer to 1' });
  expect(vi.getTimerCount()).toBe(0);
});
