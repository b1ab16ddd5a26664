import { setTimeout as sleep } from 'node:timers/promises';
import { DIRECT_PROTOCOL, directProtocols } from '@parley/protocol/direct-socket';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Assault, Counts } from './assault.ts';
import { HostileSocket } from './hostile-socket.ts';
import { type DirectWay, RoomVisitor } from './room-visitor.ts';

/** Each kind of wrong ticket is shown this often. */
const TIMES = 5;
/** After this a ticket has expired, with what clocks may differ, ms. */
const EXPIRY_MS = 75_000;

/**
 * Tickets that open nothing: forged, changed, used, of sessions that are over, expired.
 *
 * @throws {Error} when the node lets one in, or says something else about it than it should
 */
export async function abuseTickets(assault: Assault, counts: Counts): Promise<void> {
  const { privateKey } = await generateKeyPair('EdDSA');
  const old = await ticketOf(assault, counts);
  const oldSince = performance.now();
  for (let i = 0; i < TIMES; i++) {
    const { visitor, way } = await ticketOf(assault, counts);
    const claims = decodeJwt(way.ticket);
    const header = decodeProtectedHeader(way.ticket) as { alg: string; kid: string; typ: string };
    const forge = (changes: JWTPayload, headerChanges: object = {}) =>
      new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ ...header, ...headerChanges })
        .sign(privateKey);
    const [head = '', body = '', signature = ''] = way.ticket.split('.');
    const rewritten = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const unsigned = `${rewritten({ ...header, alg: 'none' })}.${body}.`;
    const promoted = `${head}.${rewritten({ ...claims, sub: assault.ids[0] })}.${signature}`;
    const show = (kind: string, ticket: string, ...expected: string[]) =>
      refused(way, kind, ticket, expected, counts);
    await show('forged', await forge({}), 'ticket_bad_signature');
    await show(
      'forged for somebody in the call',
      await forge({ sub: assault.ids[0] ?? '' }),
      'ticket_bad_signature',
    );
    // Such a key is looked for at the edge, which may be too busy to answer in time.
    const unknownKey = ['ticket_bad_signature', 'media_unavailable'];
    await show('forged with another key id', await forge({}, { kid: 'x'.repeat(50) }), ...unknownKey);
    await show('of another kind', await forge({}, { typ: 'parley-node+jwt' }), 'ticket_malformed');
    await show('forged for another room', await forge({ room: 'elsewhere' }), 'ticket_bad_signature');
    await show('unsigned', unsigned, 'ticket_malformed');
    await show('of somebody else, changed', promoted, 'ticket_bad_signature');
    await show('cut off', way.ticket.slice(0, 40 + i), 'ticket_malformed');
    await show('that is none', `${'x'.repeat(1 + i * 1000)}`, 'ticket_malformed');
    const socket = await HostileSocket.open(way.url, counts, directProtocols(way.ticket));
    if (socket === undefined) throw new Error('the node did not open a socket for a good ticket');
    await socket.deal(['{}']);
    await show('replayed', way.ticket, 'ticket_replayed');
    const late = await visitor.nextWay(way.session);
    socket.end('close');
    visitor.socket.end('leave');
    await visitor.socket.closed('the close of somebody who leaves');
    // The node hears of it a moment after; until then the ticket opens the session that is about to end.
    await sleep(1000);
    if (late !== undefined) await show('of somebody who has left', late.ticket, 'session_ended');
    await withoutTicket(way.url, counts);
  }
  if (!assault.expiry) return;
  await sleep(Math.max(0, oldSince + EXPIRY_MS - performance.now()));
  await refused(old.way, 'expired', old.way.ticket, ['ticket_expired'], counts);
  old.visitor.socket.end('leave');
}

async function ticketOf(assault: Assault, counts: Counts): Promise<{ visitor: RoomVisitor; way: DirectWay }> {
  for (;;) {
    const visitor = await RoomVisitor.enter(assault, 'direct', counts);
    const way = await visitor?.way();
    if (visitor !== undefined && way !== undefined) return { visitor, way };
    // The room is full of others of our kind.
    await sleep(500);
  }
}

async function refused(
  { url }: DirectWay,
  kind: string,
  ticket: string,
  expected: readonly string[],
  counts: Counts,
): Promise<void> {
  const socket = await HostileSocket.open(url, counts, directProtocols(ticket));
  counts.add('wrong tickets shown');
  const said = await socket?.hears(({ type }) => type === 'error', `the refusal of a ticket ${kind}`);
  await socket?.closed(`the close after a ticket ${kind}`);
  if (expected.includes(String(said?.['code']))) return;
  throw new Error(`a ticket ${kind} was answered with ${JSON.stringify(said)}, not ${expected.join(' or ')}`);
}

async function withoutTicket(url: string, counts: Counts): Promise<void> {
  for (const protocols of [[], [DIRECT_PROTOCOL], ['ticket.'], ['x', 'y']]) {
    const socket = await HostileSocket.open(url, counts, protocols);
    counts.add('wrong tickets shown');
    if (socket !== undefined) throw new Error(`a socket opened with the protocols ${protocols.join(', ')}`);
  }
}
