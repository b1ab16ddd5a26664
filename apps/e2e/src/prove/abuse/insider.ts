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

/**
 * A participant that is connected in every way and sends RTP and RTCP whose encryption is right and whose content is
 * anything: what has no key is dropped before it is read.
 */
export async function abuseAsInsider(assault: Assault, packets: number, counts: Counts): Promise<void> {
  const random = new SeededBytes(`insider ${assault.seed}`);
  const visitor = await RoomVisitor.enter(assault, 'recovers', counts);
  if (visitor === undefined) throw new Error('the insider was not let in');
  const { socket } = visitor;
  await socket.hears(({ type }) => type === 'media-session', 'media-session');
  const connection = makePeerConnection('insider', '127.0.0.1');
  const states: string[] = [];
  connection.onStateChange((state) => states.push(state));
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
      if (performance.now() > deadline) throw new Error(`the insider did not connect: ${states.join(', ')}`);
      await sleep(20);
    }
    for (let sent = 0; sent < packets; sent++) {
      const at = random.below(2);
      const packet = anyPacket(random, ssrcs, at === 0 ? VP8 : OPUS);
      counts.add(send(tracks[at], packet) ? 'encrypted packets' : 'packets that cannot be encrypted');
      if (sent % BURST === BURST - 1) await sleep((BURST / assault.packetsPerSecond) * 4000);
    }
  } finally {
    connection.close();
    socket.end('leave');
  }
}

function anyPacket(random: SeededBytes, ssrcs: readonly number[], payloadType: number): Buffer {
  switch (random.below(4)) {
    case 0:
      return rtp(random, { ssrc: random.pick(ssrcs), payloadType });
    case 1:
      return damaged(random, rtp(random, random.pick([{}, { payloadType }, { ssrc: random.pick(ssrcs) }])));
    case 2:
      return rtcp(random, ssrcs);
    default:
      return damaged(random, rtcp(random, ssrcs));
  }
}

/** False for what has no header that encryption could keep. */
function send(track: Track | undefined, packet: Buffer): boolean {
  try {
    return track?.sendMessageBinary(packet) ?? false;
  } catch {
    return false;
  }
}
