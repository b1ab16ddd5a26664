import { afterEach, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { billedRequests } from './edge/bill.ts';
import { COUNTING_STACK, countCalls, whole } from './edge/call.ts';
import { describeCalls } from './edge/describe-call.ts';
import { benchJoins, benchMessages, LOAD_STACK } from './edge.ts';

let stack: Stack;
afterEach(async () => {
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

it('loads the edge with joins and messages, and none is lost', { timeout: 180_000 }, async () => {
  stack = await Stack.start(LOAD_STACK);
  const joins = { 'one room': 20, 'new rooms': 8 };
  const loads = await benchJoins(stack, { atOnce: [1, 4], joins }, console.log);
  expect(loads.map(({ scene, joins }) => [scene, joins])).toEqual([
    ['one room', 20],
    ['one room', 20],
    ['new rooms', 8],
    ['new rooms', 8],
  ]);
  const messages = await benchMessages(stack, [5], console.log);
  expect(messages.map(({ what, messagesOut }) => [what, messagesOut])).toEqual([
    ['chat, one speaks', 18 * 5],
    ['chat, all speak', 5 * 18 * 5],
    ['relayed to the node', 10 * 80],
  ]);
});

it('a quiet call costs its Room nothing, and a join no more than it should', {
  timeout: 240_000,
}, async () => {
  const edgeEnv = { ...COUNTING_STACK.edgeEnv, PARLEY_ROOMS_IDLE_TIMEOUT: '8' };
  stack = await Stack.start({ ...COUNTING_STACK, edgeEnv });
  const people = 3;
  const figures = await countCalls(stack, { people, seconds: 19, quietSeconds: 13, chats: 1, mutes: 1 });
  console.log(describeCalls(figures));
  for (const { carrier, room, made } of figures.calls) {
    const { requests, alarms, messages, rowsRead, rowsWritten } = room.quiet;
    expect({ requests, alarms, messages, rowsRead, rowsWritten }, `quiet, ${carrier}`).toEqual({
      requests: 0,
      alarms: 0,
      messages: 0,
      rowsRead: 0,
      rowsWritten: 0,
    });
    // It had slept: to hear the first text it had to be made anew.
    expect(made.quiet, carrier).toBe(1);
    expect(made.after, carrier).toBeGreaterThanOrEqual(1);
    // Each one's socket, and the node's link.
    expect(room.join.requests, carrier).toBe(people + 1);
    expect(room.talk.requests, carrier).toBe(0);
    // A text and two mutes each.
    expect(room.talk.messages, carrier).toBe(3 * people);
  }
  // What is said changes nothing in the list of rooms, also when the Room has slept.
  expect(figures.others['DirectoryObject']?.talk.requests, 'reports of what is said').toBe(0);
  const [direct, relay] = figures.calls;
  expect(direct?.room.join.messages).toBeLessThan(relay?.room.join.messages ?? 0);
  // A join asks its Limiter twice and tells the Directory once; leaving tells both; a room asks two Limiters, the
  // Keyring and the Fleet twice, and gives that back.
  const others = Object.values(figures.others).map((parts) => billedRequests(whole(parts)));
  expect(others.reduce((sum, count) => sum + count, 0)).toBeLessThan(12 * people);
});
