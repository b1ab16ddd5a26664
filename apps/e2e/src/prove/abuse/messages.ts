import { directProtocols } from '@parley/protocol/direct-socket';
import fc from 'fast-check';
import type { Assault, Counts } from './assault.ts';
import { type FrameContext, frames } from './frames.ts';
import { HostileSocket } from './hostile-socket.ts';
import { joinOf, type Persona, RoomVisitor } from './room-visitor.ts';

/** Hostile clients that are at it at once, at each place. */
const AT_ONCE = 4;
/** Frames that are sent without waiting: a session queues no more than 32. */
const GROUP = 11;
/** Groups that one client may send before its allowance of a hundred messages is used up. */
const GROUPS = 7;
/** Before `join` the bare socket listens to twenty. */
const BEFORE_JOIN = 6;

const persona = fc.constantFrom<Persona>('plain', 'recovers', 'direct');
const ending = fc.constantFrom<'leave' | 'close' | 'drop'>('leave', 'leave', 'leave', 'close', 'drop');

/** Generated messages at `/ws`, bare and with the room, before and after join, until enough have been looked at. */
export async function abuseRoomSockets(
  assault: Assault,
  context: FrameContext,
  counts: Counts,
): Promise<void> {
  const visits = fc.record({
    bare: fc.boolean(),
    persona,
    ending,
    before: fc.array(frames(context), { maxLength: BEFORE_JOIN }),
    joins: fc.constantFrom(true, true, true, true, true, true, false),
    groups: fc.array(group(context), { minLength: 1, maxLength: GROUPS }),
  });
  const sockets = assault.edgeUrl.replace('http', 'ws');
  await until(assault.messages, counts, 'messages looked at at /ws', async (turn) => {
    const [visit] = fc.sample(visits, { seed: assault.seed + turn, numRuns: 1 });
    if (visit === undefined) return 0;
    const url = visit.bare ? `${sockets}/ws` : `${sockets}/ws?room=${assault.room}`;
    const socket = await HostileSocket.open(url, counts);
    if (socket === undefined) return 0;
    let handled = await socket.deal(visit.before);
    if (visit.joins) {
      socket.send(joinOf(assault.room, visit.persona));
      const isAnswer = ({ type, requestType }: Record<string, unknown>) =>
        type === 'joined' || requestType === 'join';
      await socket.hears(isAnswer, 'the answer to join');
      for (const each of visit.groups) handled += await socket.deal(each);
    }
    socket.end(visit.ending);
    return handled;
  });
}

/** The same over sockets to the node, opened with tickets that the Room gave. */
export async function abuseSessionSockets(
  assault: Assault,
  context: FrameContext,
  counts: Counts,
): Promise<void> {
  const visits = fc.record({
    ending,
    groups: fc.array(group(context), { minLength: GROUPS, maxLength: GROUPS }),
  });
  await until(assault.messages, counts, 'messages looked at at the node', async (turn) => {
    const [visit] = fc.sample(visits, { seed: assault.seed - turn, numRuns: 1 });
    const visitor = await RoomVisitor.enter(assault, 'direct', counts);
    const way = await visitor?.way();
    if (visit === undefined || visitor === undefined || way === undefined) return 0;
    let handled = 0;
    const socket = await HostileSocket.open(way.url, counts, directProtocols(way.ticket));
    if (socket !== undefined) for (const each of visit.groups) handled += await socket.deal(each);
    socket?.end(visit.ending === 'drop' ? 'drop' : 'close');
    visitor.socket.end('leave');
    return handled;
  });
}

const group = (context: FrameContext) => fc.array(frames(context), { minLength: GROUP, maxLength: GROUP });

/** Sends client after client until the goal is reached, several at once. */
async function until(
  goal: number,
  counts: Counts,
  name: string,
  visit: (turn: number) => Promise<number>,
): Promise<void> {
  let turn = 0;
  const clients = Array.from({ length: AT_ONCE }, async () => {
    while (counts.of(name) < goal) counts.add(name, await visit(turn++));
  });
  await Promise.all(clients);
}
