import { setTimeout as sleep } from 'node:timers/promises';
import { LocalDescriptions, makePeerConnection } from '@parley/bots/peer-connection';
import nodeDataChannel, { type Track } from 'node-datachannel';
import type { Assault, Counts } from './assault.ts';
import { damaged, rtcp, rtp } from './packets.ts';
import { RoomVisitor } from './room-visitor.ts';
import { SeededBytes } from './seeded-bytes.ts';

const VP8 = 96;
const OPUS = 111;
/** How long a connection may take, ms. */
const CONNECT_MS = 20_000;
const BURST = 8;

/** What the client sends by rights: a camera and a microphone. */
interface Sources {
  ssrcs: readonly number[];
  payloadTypes: readonly number[];
}

const NAME = 'encrypted packets';

/**
 * Participants, one after the other, that are connected in every way and send RTP and RTCP whose encryption is right and
 * whose content is anything: what has no key is dropped before it is read. Who is thrown out is followed by another.
 *
 * @throws {Error} when one cannot connect
 */
export async function abuseAsInsider(assault: Assault, packets: number, counts: Counts): Promise<void> {
  const random = new SeededBytes(`insider ${assault.seed}`);
  while (counts.of(NAME) < packets) await visit(assault, random, packets, counts);
}

async function visit(assault: Assault, random: SeededBytes, packets: number, counts: Counts): Promise<void> {
  const visitor = await RoomVisitor.enter(assault, 'recovers', counts);
  // The room is full of others of our kind.
  if (visitor === undefined) return await sleep(500);
  const { socket } = visitor;
  await socket.hears(({ type }) => type === 'media-session', 'media-session');
  const connection = makePeerConnection('insider', '127.0.0.1');
  const descriptions = new LocalDescriptions(connection);
  const video = new nodeDataChannel.Video('camera', 'SendOnly');
  video.addVP8Codec(VP8);
  const audio = new nodeDataChannel.Audio('microphone', 'SendOnly');
  audio.addOpusCodec(OPUS);
  const ssrcs = [1 + random.below(2 ** 31), 1 + random.below(2 ** 31)];
  video.addSSRC(ssrcs[0] ?? 1, 'insider', 'insider', 'camera');
  audio.addSSRC(ssrcs[1] ?? 2, 'insider', 'insider', 'microphone');
  const tracks = [connection.addTrack(video), connection.addTrack(audio)];
  try {
    socket.send({ type: 'offer', sdp: await descriptions.make('offer') });
    const answer = await socket.hears(({ type }) => type === 'answer', 'the answer to the insider');
    connection.setRemoteDescription(String(answer?.['sdp']), 'answer');
    const deadline = performance.now() + CONNECT_MS;
    while (!tracks.every((track) => track.isOpen())) {
      if (performance.now() > deadline) throw new Error('an insider did not connect');
      await sleep(20);
    }
    counts.add('insiders');
    const sources = { ssrcs, payloadTypes: [VP8, OPUS] };
    for (let sent = 0; counts.of(NAME) < packets; sent++) {
      const track = random.pick(tracks);
      if (!track.isOpen()) {
        counts.add('insiders thrown out');
        return;
      }
      const isSent = send(track, anyPacket(random, sources, sent));
      counts.add(isSent ? NAME : 'packets that cannot be encrypted');
      if (sent % BURST === BURST - 1) await sleep((BURST / assault.packetsPerSecond) * 2000);
    }
  } finally {
    connection.close();
    socket.end('leave');
  }
}

function anyPacket(random: SeededBytes, { ssrcs, payloadTypes }: Sources, sequence: number): Buffer {
  const own = { ssrc: random.pick(ssrcs), payloadType: random.pick(payloadTypes), sequence };
  switch (random.below(4)) {
    case 0:
      return rtp(random, own);
    case 1:
      return damaged(random, rtp(random, random.pick([{}, { payloadType: own.payloadType }, own])));
    case 2:
      return rtcp(random, ssrcs);
    default:
      return damaged(random, rtcp(random, ssrcs));
  }
}

/** False for what has no header that encryption could keep. */
function send(track: Track, packet: Buffer): boolean {
  try {
    return track.sendMessageBinary(packet);
  } catch {
    return false;
  }
}
