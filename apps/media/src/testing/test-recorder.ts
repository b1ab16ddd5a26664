import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { NodeLinkMessage } from '@parley/protocol/link-messages';
import type { CaptureEvent, CaptureOrder, SrtpKeys } from '@parley/protocol/recording/capture';
import { RtpPacket, SrtcpSession, SrtpSession } from 'werift-rtp';
import type { TestLink } from './test-link.ts';

type EventOf<T extends CaptureEvent['type']> = Extract<CaptureEvent, { type: T }>;

/** A packet as it came. */
export interface CapturedPacket {
  ssrc: number;
  sequence: number;
  timestamp: number;
  marker: boolean;
  payload: Buffer;
  bytes: number;
}

/** AES_CM_128_HMAC_SHA1_80 in werift. */
const PROFILE = 1;

/** A recorder's end of a capture: a real UDP socket, SRTP by werift, RTCP made by hand. */
export class TestRecorder {
  /** What came, by SSRC, as it came. */
  readonly packets = new Map<number, CapturedPacket[]>();
  /** Compound RTCP packets, decrypted. */
  readonly rtcp: Buffer[] = [];
  /** Packets that could not be decrypted. */
  broken = 0;
  /** Sequence numbers of an SSRC that are thrown away once, as a network does. */
  readonly drops = new Map<number, Set<number>>();
  readonly #socket: Socket;
  readonly #keys: SrtpKeys | undefined;
  /** By the source's port. */
  readonly #sessions = new Map<number, { rtp: SrtpSession; rtcp: SrtcpSession }>();

  private constructor(socket: Socket, keys: SrtpKeys | undefined) {
    this.#socket = socket;
    this.#keys = keys;
    socket.on('message', (message, { port }) => this.#take(message, port));
  }

  /** @param encrypted whether it wants SRTP */
  static async listen(encrypted = false): Promise<TestRecorder> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const keyBase64 = Buffer.from(crypto.getRandomValues(new Uint8Array(30))).toString('base64');
    return new TestRecorder(
      socket,
      encrypted ? { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80', keyBase64 } : undefined,
    );
  }

  /** An order to send everything here. */
  order(wishes: Partial<CaptureOrder> = {}): CaptureOrder {
    const { port } = this.#socket.address() as AddressInfo;
    return {
      recordingId: 'rec-1',
      epoch: 1,
      target: { ip: '127.0.0.1', port, ...(this.#keys && { srtp: this.#keys }) },
      audioOnly: false,
      quality: 'high',
      ...wishes,
    };
  }

  /** Takes a node's word of a transport: its keys. */
  know({ port, srtp }: EventOf<'transport'>): void {
    if (srtp === undefined || this.#keys === undefined || this.#sessions.has(port)) return;
    const keys = {
      localMasterKey: keyOf(this.#keys),
      localMasterSalt: saltOf(this.#keys),
      remoteMasterKey: keyOf(srtp),
      remoteMasterSalt: saltOf(srtp),
    };
    const config = { keys, profile: PROFILE } as const;
    this.#sessions.set(port, { rtp: new SrtpSession(config), rtcp: new SrtcpSession(config) });
  }

  /** How many packets of an SSRC came. */
  count(ssrc: number): number {
    return this.packets.get(ssrc)?.length ?? 0;
  }

  /** Asks for packets again (RFC 4585 §6.2.1). */
  nack({ port }: EventOf<'transport'>, ssrc: number, sequence: number): void {
    const fci = Buffer.alloc(4);
    fci.writeUInt16BE(sequence);
    this.#feedback(port, 205, 1, ssrc, fci);
  }

  /** Asks for a key frame (RFC 4585 §6.3.1). */
  pli({ port }: EventOf<'transport'>, ssrc: number): void {
    this.#feedback(port, 206, 1, ssrc, Buffer.alloc(0));
  }

  close(): void {
    this.#socket.close();
  }

  #feedback(port: number, type: number, format: number, ssrc: number, fci: Buffer): void {
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80 | format, 0);
    header.writeUInt8(type, 1);
    header.writeUInt16BE(2 + fci.length / 4, 2);
    header.writeUInt32BE(1, 4);
    header.writeUInt32BE(ssrc, 8);
    const packet = Buffer.concat([header, fci]);
    const session = this.#sessions.get(port);
    this.#socket.send(session === undefined ? packet : session.rtcp.encrypt(packet), port, '127.0.0.1');
  }

  #take(message: Buffer, port: number): void {
    const session = this.#sessions.get(port);
    // Before its keys are known.
    if (this.#keys !== undefined && session === undefined) return;
    try {
      if (isRtcp(message)) this.rtcp.push(session?.rtcp.decrypt(message) ?? message);
      else this.#takeRtp(session?.rtp.decrypt(message) ?? message);
    } catch {
      this.broken += 1;
    }
  }

  #takeRtp(message: Buffer): void {
    const { header, payload } = RtpPacket.deSerialize(message);
    const { ssrc, sequenceNumber: sequence, timestamp, marker } = header;
    if (this.drops.get(ssrc)?.delete(sequence)) return;
    const packets = this.packets.get(ssrc) ?? [];
    this.packets.set(ssrc, packets);
    packets.push({ ssrc, sequence, timestamp, marker, payload: Buffer.from(payload), bytes: message.length });
  }
}

/** What the Room hears of a capture, in order. */
export function captureEvents({ messages }: TestLink, epoch = 1, from = 0): CaptureEvent[] {
  return messages.all
    .slice(from)
    .flatMap((message) =>
      message.type === 'capture-event' && message.epoch === epoch ? [message.event] : [],
    );
}

/** The first event of a type that fits. */
export async function captureEvent<T extends CaptureEvent['type']>(
  link: TestLink,
  type: T,
  { from = 0, fits = () => true }: { from?: number; fits?: (event: EventOf<T>) => boolean } = {},
): Promise<EventOf<T>> {
  const found = await link.messages.next(
    (message) =>
      message.type === 'capture-event' && message.event.type === type && fits(message.event as EventOf<T>),
    `capture event ${type}`,
    { from },
  );
  return (found as Extract<NodeLinkMessage, { type: 'capture-event' }>).event as EventOf<T>;
}

function keyOf({ keyBase64 }: SrtpKeys): Buffer {
  return Buffer.from(keyBase64, 'base64').subarray(0, 16);
}

function saltOf({ keyBase64 }: SrtpKeys): Buffer {
  return Buffer.from(keyBase64, 'base64').subarray(16);
}

/** RFC 5761 §4. */
function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
}
