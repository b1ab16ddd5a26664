import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assault, Counts } from './assault.ts';
import { damaged, dtls, rtcp, rtp, strangeStun, stun } from './packets.ts';
import { RoomVisitor } from './room-visitor.ts';
import { SeededBytes } from './seeded-bytes.ts';

/** So many leave at a time: the port's buffer is shared with the healthy call, and a flood is another attack than this. */
const BURST = 8;
/** So many sources send at once; each is replaced after so many packets. */
const SOURCES = 8;
const PACKETS_PER_SOURCE = 200;
/** Of those, so many have made the node take them for a client's, by ICE. */
const SEATED = 3;
/** One in so many packets goes over TCP. */
const TCP_SHARE = 10;
const ADDRESS = '127.0.0.1';

/** What makes a source acceptable to one of the node's transports (RFC 8445 §7.3). */
interface Seat {
  port: number;
  username: string;
  key: string;
}

interface Source {
  socket: UdpSocket;
  /** Where ICE accepted it. */
  seat: Seat | undefined;
  sent: number;
}

/**
 * Random, cut, damaged and well-made but foreign STUN, DTLS, RTP and RTCP at the node's media ports, UDP and TCP, from
 * strangers' addresses and from such as ICE has accepted.
 *
 * @param offer an SDP whose answer names a transport
 */
export async function abuseMediaPorts(assault: Assault, offer: string, counts: Counts): Promise<void> {
  const random = new SeededBytes(`datagrams ${assault.seed}`);
  const visitors = (
    await Promise.all(Array.from({ length: SEATED }, () => seat(assault, offer, counts)))
  ).flatMap((seated) => seated ?? []);
  if (visitors.length === 0) throw new Error('nobody got a transport to abuse');
  const seats = visitors.map(({ seat }) => seat);
  const sources: Source[] = [];
  const started = performance.now();
  let overTcp: Buffer[] = [];
  for (let sent = 0; sent < assault.packets; sent++) {
    const index = sent % SOURCES;
    let source = sources[index];
    if (source === undefined || source.sent >= PACKETS_PER_SOURCE) {
      source?.socket.close();
      source = await openSource(random, seats[index], counts);
      sources[index] = source;
    }
    source.sent += 1;
    const packet = anyPacket(random, seats, assault.ufrags);
    const port = source.seat?.port ?? random.pick(assault.ports.rtc);
    if (random.below(TCP_SHARE) === 0) overTcp.push(packet);
    else source.socket.send(packet, port, ADDRESS);
    if (overTcp.length === 20) {
      void sendOverTcp(random, port, overTcp, counts);
      overTcp = [];
    }
    counts.add('packets at media ports');
    if (sent % BURST !== BURST - 1) continue;
    // Behind a stall of this process no burst follows.
    const due = started + ((sent + 1) / assault.packetsPerSecond) * 1000;
    await sleep(Math.max(4, due - performance.now()));
  }
  for (const { socket } of sources) socket.close();
  for (const { visitor } of visitors) visitor.socket.end('leave');
}

/** A hostile client with a transport of its own. */
async function seat(
  assault: Assault,
  offer: string,
  counts: Counts,
): Promise<{ visitor: RoomVisitor; seat: Seat } | undefined> {
  const visitor = await RoomVisitor.enter(assault, 'recovers', counts);
  await visitor?.socket.hears(({ type }) => type === 'media-session', 'media-session');
  visitor?.socket.send({ type: 'offer', sdp: offer });
  const answer = await visitor?.socket.hears(({ type }) => type === 'answer', 'an answer');
  if (visitor === undefined || answer === undefined) return undefined;
  const line = (pattern: RegExp, sdp = String(answer['sdp'])) => pattern.exec(sdp)?.[1] ?? '';
  const ufrag = line(/a=ice-ufrag:(\S+)/);
  return {
    visitor,
    seat: {
      port: Number(line(/a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)/)),
      username: `${ufrag}:${line(/a=ice-ufrag:(\S+)/, offer)}`,
      key: line(/a=ice-pwd:(\S+)/),
    },
  };
}

async function openSource(random: SeededBytes, seat: Seat | undefined, counts: Counts): Promise<Source> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.on('message', (packet) => {
    const isStun = packet.length >= 20 && packet.readUInt8(0) < 2;
    if (!isStun) counts.add('other packets that came back');
    else counts.add(packet.readUInt16BE(0) === 0x0101 ? 'ICE checks accepted' : 'ICE checks refused');
  });
  socket.bind(0, ADDRESS);
  await once(socket, 'listening');
  counts.add('sources of packets');
  if (seat !== undefined) socket.send(stun(random, seat), seat.port, ADDRESS);
  return { socket, seat, sent: 0 };
}

function anyPacket(random: SeededBytes, seats: readonly Seat[], ufrags: readonly string[]): Buffer {
  const { username, key } = random.pick(seats);
  switch (random.below(8)) {
    case 0:
      return random.bytes(random.below(1400));
    case 1:
      return strangeStun(random);
    case 2:
      // To a transport of the healthy call, by its name but without its password.
      return stun(random, {
        username: `${random.pick(ufrags)}:abcd`,
        key: random.pick([key, 'x'.repeat(32)]),
      });
    case 3: {
      const type = random.pick([0x0001, 0x0001, 0x0011, 0x0101, 0x0111]);
      return damaged(random, stun(random, { type, username, key }));
    }
    case 4:
    case 5:
      return damaged(random, dtls(random));
    case 6:
      return damaged(random, rtp(random));
    default:
      return damaged(random, rtcp(random));
  }
}

/** Packets in their frames of TCP (RFC 4571), some of which say a wrong length. */
async function sendOverTcp(
  random: SeededBytes,
  port: number,
  packets: readonly Buffer[],
  counts: Counts,
): Promise<void> {
  const framed = packets.map((packet) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(random.pick([packet.length, packet.length, packet.length, random.below(0x10000)]));
    return Buffer.concat([length, packet]);
  });
  const socket = connect(port, ADDRESS);
  socket.on('error', () => undefined);
  socket.resume();
  counts.add('TCP connections to media ports');
  socket.write(Buffer.concat(framed));
  // Some are left half open for a while.
  await sleep(random.pick([10, 500, 3000]));
  socket.destroy();
}
