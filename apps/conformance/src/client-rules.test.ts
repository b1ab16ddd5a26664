import type { ServerMessage } from '@parley/protocol/server-messages';
import { beforeEach, expect, it } from 'vitest';
import { readFixture } from '../../../packages/sdp/fixtures/read.ts';
import { ClientRules } from './client-rules.ts';
import { Verdicts } from './verdicts.ts';

const JOIN = { type: 'join', roomId: 'r', participantName: 'Ann' };

let verdicts: Verdicts;
let rules: ClientRules;
beforeEach(() => {
  verdicts = new Verdicts();
  rules = new ClientRules(verdicts);
  rules.opened(0);
});

function say(message: object, now = 0): void {
  rules.sent(JSON.stringify(message), now);
}

function offer(name: string): void {
  const sdp = readFixture('chromium', `receive-offer-${name}`);
  rules.received({ type: 'offer', roomId: 'r', offerId: name, sdp, tracks: [] } satisfies ServerMessage);
}

function answer(name: string): void {
  say({ type: 'answer', offerId: name, sdp: readFixture('chromium', `receive-answer-${name}`) });
}

function failures(): string[] {
  return verdicts.all().flatMap(({ check, verdict }) => (verdict.outcome === 'failed' ? [check] : []));
}

it('one answer after the other is right, and once more what was offered once more', () => {
  say(JOIN);
  offer('2-alice');
  answer('2-alice');
  offer('2-alice');
  answer('2-alice');
  offer('3-bob');
  answer('3-bob');
  expect(failures()).toEqual([]);
  expect(rules.unanswered).toBe(0);
});

it('the older offer is answered first', () => {
  say(JOIN);
  offer('2-alice');
  offer('3-bob');
  answer('3-bob');
  expect(failures()).toEqual(['answer-order']);
});

it('bursts pass, and what goes on longer does not', () => {
  say(JOIN);
  for (let i = 0; i < 99; i++) say({ type: 'ice-candidate', candidate: null });
  expect(failures()).toEqual([]);
  for (let i = 0; i < 20; i++) say({ type: 'ice-candidate', candidate: null }, 1000);
  expect(failures()).toEqual([]);
  say({ type: 'ice-candidate', candidate: null }, 1000);
  expect(failures()).toEqual(['message-rate']);
});

it('a socket joins once, the next one joins again', () => {
  say(JOIN);
  rules.opened(0);
  say(JOIN);
  expect(failures()).toEqual([]);
  say(JOIN);
  expect(failures()).toEqual(['join-first']);
});
