import { directProtocols } from '@parley/protocol/direct-socket';
import fc from 'fast-check';
import { changed } from '../../../../../packages/sdp/fixtures/hostile.ts';
import type { Assault, Counts } from './assault.ts';
import { HostileSocket, type Said } from './hostile-socket.ts';
import { RoomVisitor } from './room-visitor.ts';

/** Hostile clients that are at it at once, over each carrier. */
const AT_ONCE = 3;
/** Descriptions that one session takes before its allowance of a hundred requests is used up: each goes with a marker. */
const PER_SESSION = 45;

/** What answers a description that was never looked at. */
const UNSEEN = new Set([
  'rate_limited',
  'offer_not_found',
  'invalid_message',
  'wrong_room',
  'message_too_large',
]);

/** Descriptions that tests of `packages/sdp` keep. */
export interface Fixtures {
  offers: readonly string[];
  answers: readonly string[];
}

/** Mutated offers, screen shares and answers over a carrier, until enough have been looked at. */
export async function abuseDescriptions(
  assault: Assault,
  carrier: 'relay' | 'direct',
  fixtures: Fixtures,
  counts: Counts,
): Promise<void> {
  const name = `descriptions read over ${carrier}`;
  let turn = 0;
  const next = () => assault.seed + (carrier === 'relay' ? 2 : 3) * 1_000_000 + turn++;
  const clients = Array.from({ length: AT_ONCE }, async () => {
    while (counts.of(name) < assault.sdps) {
      const visitor = await RoomVisitor.enter(assault, carrier === 'relay' ? 'recovers' : 'direct', counts);
      const socket = carrier === 'relay' ? visitor?.socket : await ownSocket(visitor, counts);
      // The Room may still be looking for the way to the node.
      await visitor?.socket.hears(({ type }) => type === 'media-session', 'media-session');
      for (let i = 0; socket?.open === true && i < PER_SESSION && counts.of(name) < assault.sdps; i++) {
        if (await describe(socket, next(), fixtures, counts)) counts.add(name);
      }
      if (socket !== visitor?.socket) socket?.end('close');
      visitor?.socket.end('leave');
    }
  });
  await Promise.all(clients);
}

async function ownSocket(
  visitor: RoomVisitor | undefined,
  counts: Counts,
): Promise<HostileSocket | undefined> {
  const way = await visitor?.way();
  return way && (await HostileSocket.open(way.url, counts, directProtocols(way.ticket)));
}

/** Sends one description and waits until it was dealt with. @returns whether it was looked at */
async function describe(
  socket: HostileSocket,
  seed: number,
  { offers, answers }: Fixtures,
  counts: Counts,
): Promise<boolean> {
  const asked = socket.said.findLast(({ type }) => type === 'offer');
  const kinds = ['offer', 'offer', 'start-screen-share', ...(asked ? ['answer'] : [])];
  const sources = (kind: string) =>
    kind === 'answer' ? [...answers, ...Array<string>(answers.length).fill(obeying(asked))] : offers;
  const request = fc
    .constantFrom(...kinds)
    .chain((type) => changed(sources(type)).map((sdp) => ({ type, sdp, offerId: asked?.['offerId'] })));
  const [sent] = fc.sample(request, { seed, numRuns: 1 });
  if (sent === undefined) return false;
  const from = socket.said.length;
  socket.send(sent);
  // Requests are handled one after the other.
  socket.send({ type: 'update-quality', quality: 'low', trackId: 'marker' });
  const isMarker = ({ requestType }: Said) => requestType === 'update-quality';
  const end = await socket.hears(isMarker, 'the answer to a marker', from);
  if (end === undefined) return false;
  const replies = socket.said.slice(from).filter(({ requestType }) => requestType === sent.type);
  const code = replies.find(({ type }) => type === 'error')?.['code'];
  const outcome = replies.some(({ type }) => type === 'answer') ? 'answered' : (code ?? 'taken');
  counts.add(`${sent.type}: ${outcome}`);
  return !UNSEEN.has(String(outcome)) && end['code'] === 'track_not_found';
}

/** An answer that takes all that was offered, as far as its text tells. */
function obeying(offer: Said | undefined): string {
  return String(offer?.['sdp'])
    .replaceAll('a=setup:actpass', 'a=setup:active')
    .replaceAll('a=sendonly', 'a=recvonly')
    .replace(/a=(ice-lite|candidate:.*|end-of-candidates|msid:.*|ssrc.*)\r\n/g, '');
}
