import type { Source } from '@parley/protocol/grants';
import type { ServerOffer } from '@parley/protocol/server-messages';
import { Inbox } from '@parley/service/testing/inbox';
import nodeDataChannel, { type Audio, type Track, type Video } from 'node-datachannel';
import type { TestClient } from './test-client.ts';
import { TestData } from './test-data.ts';

type Connection = InstanceType<typeof nodeDataChannel.PeerConnection>;

const OPUS = 111;
const VP8 = 96;
const LEVEL_ID = 1;
/** A VP8 payload descriptor that starts a partition (RFC 7741 §4.2), and a frame that calls itself a key frame. */
const KEY_FRAME = Buffer.concat([Buffer.from([0x10, 0x00, 0x9d, 0x01, 0x2a]), Buffer.alloc(600, 7)]);

/** A track that a peer sends. */
interface Sending {
  track: Track;
  ssrc: number;
  payloadType: number;
  clockStep: number;
  payload: Buffer;
  /** Whether its packets say how loud they are. */
  hasLevel: boolean;
}

/** A participant made of libdatachannel: real ICE, DTLS and SRTP, and RTP packets made by hand. */
export class TestPeer {
  readonly client: TestClient;
  /** RTP packets received, by the track's id. */
  readonly received = new Map<string, number>();
  /** How often it has sent a packet on each of its tracks. */
  sent = 0;
  /** Whether its cameras have three layers. */
  simulcast = false;
  /** How loud its microphones say to be, dBov; set before they are published, they do not say otherwise (RFC 6464). */
  level: number | undefined;
  readonly #bindAddress: string;
  readonly #sending: Sending[] = [];
  #sendConnection: Connection | undefined;
  #receiveConnection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ssrc = 1000 + Math.floor(Math.random() * 1_000_000) * 100;

  constructor(client: TestClient, bindAddress = '127.0.0.1') {
    this.client = client;
    this.#bindAddress = bindAddress;
  }

  /** Offers tracks and takes the answer. @returns the answer */
  async publish(
    sources: readonly Source[],
    type: 'offer' | 'start-screen-share' = 'offer',
    edit: (sdp: string) => string = (sdp) => sdp,
  ) {
    this.#sendConnection ??= this.#connection(this.client.participantId);
    for (const source of sources) this.#add(this.#sendConnection, source);
    const offers = descriptions(this.#sendConnection);
    this.#sendConnection.setLocalDescription('offer');
    const sdp = edit(await offers());
    const from = this.client.events.count;
    this.client.request({ type, sdp });
    const answer = await this.client.event('answer', { from });
    this.#sendConnection.setRemoteDescription(answer.sdp, 'answer');
    return answer;
  }

  /** Opens data channels, offered with whatever is published next. */
  openData(): TestData {
    this.#sendConnection ??= this.#connection(this.client.participantId);
    return new TestData(this.#sendConnection);
  }

  /** Sends a packet on every track 50 times a second. */
  send(): void {
    let count = 0;
    this.#timer ??= setInterval(() => {
      count += 1;
      this.sent += 1;
      for (const { track, ssrc, payloadType, clockStep, payload, hasLevel } of this.#sending) {
        const level = hasLevel ? (this.level ?? -127) : undefined;
        if (track.isOpen())
          track.sendMessageBinary(rtp(ssrc, payloadType, count, count * clockStep, payload, level));
      }
    }, 20);
  }

  /** Sends nothing more. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Answers every offer of the node from now on. @returns the offers, as they are answered */
  receive(edit: (sdp: string) => string = (sdp) => sdp): Inbox<ServerOffer> {
    const connection = this.#connection(`${this.client.participantId}-receives`);
    this.#receiveConnection = connection;
    const answered = new Inbox<ServerOffer>();
    const trackIds = new Map<string, string>();
    const tracks: Track[] = [];
    connection.onTrack((track) => {
      tracks.push(track);
      track.onMessage((packet) => {
        const id = trackIds.get(track.mid());
        if (id !== undefined && isRtp(packet)) this.received.set(id, (this.received.get(id) ?? 0) + 1);
      });
    });
    const answers = descriptions(connection);
    void (async () => {
      let from = 0;
      for (;;) {
        const offer = await this.client.event('offer', { from, ms: 60_000 }).catch(() => undefined);
        if (offer === undefined || this.#receiveConnection === undefined) return;
        from = this.client.events.all.indexOf(offer) + 1;
        for (const { mid, trackId } of offer.tracks) trackIds.set(mid, trackId);
        connection.setRemoteDescription(offer.sdp, 'offer');
        connection.setLocalDescription('answer');
        const sdp = edit(await answers());
        this.client.request({ type: 'answer', offerId: offer.offerId, sdp });
        answered.push(offer);
      }
    })();
    return answered;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#sendConnection?.close();
    this.#receiveConnection?.close();
    this.#receiveConnection = undefined;
  }

  #connection(name: string): Connection {
    return new nodeDataChannel.PeerConnection(name, {
      iceServers: [],
      bindAddress: this.#bindAddress,
      disableAutoNegotiation: true,
    });
  }

  #add(connection: Connection, source: Source): void {
    const isAudio = source === 'microphone' || source === 'screen-audio';
    const layers = source === 'camera' && this.simulcast ? 3 : 1;
    const ssrcs = Array.from({ length: layers }, () => this.#ssrc++);
    let description: Audio | Video;
    if (isAudio) {
      description = new nodeDataChannel.Audio(source, 'SendOnly');
      description.addOpusCodec(OPUS);
    } else {
      const video = new nodeDataChannel.Video(source, 'SendOnly');
      video.addVP8Codec(VP8);
      description = video;
    }
    const { participantId } = this.client;
    for (const ssrc of ssrcs) description.addSSRC(ssrc, participantId, participantId, source);
    const hasLevel = source === 'microphone' && this.level !== undefined;
    if (hasLevel)
      description.parseSdpLine(`a=extmap:${LEVEL_ID} urn:ietf:params:rtp-hdrext:ssrc-audio-level`);
    if (layers > 1) description.parseSdpLine(`a=ssrc-group:SIM ${ssrcs.join(' ')}`);
    const track = connection.addTrack(description);
    for (const ssrc of ssrcs) {
      this.#sending.push({
        track,
        ssrc,
        payloadType: isAudio ? OPUS : VP8,
        clockStep: isAudio ? 960 : 1800,
        payload: isAudio ? Buffer.alloc(80, 3) : KEY_FRAME,
        hasLevel,
      });
    }
  }
}

/** The local descriptions as they come, in order. */
function descriptions(connection: Connection): () => Promise<string> {
  const inbox = new Inbox<string>();
  connection.onLocalDescription((sdp) => inbox.push(sdp));
  let from = 0;
  return async () => {
    const sdp = await inbox.next(() => true, 'a local description', { from });
    from += 1;
    return sdp;
  };
}

/** One RTP packet (RFC 3550 §5.1), the marker set. */
function rtp(
  ssrc: number,
  payloadType: number,
  sequence: number,
  timestamp: number,
  payload: Buffer,
  level: number | undefined,
): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = 0x80 | payloadType;
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc >>> 0, 8);
  if (level === undefined) return Buffer.concat([header, payload]);
  header[0] |= 0x10;
  return Buffer.concat([header, Buffer.from([0xbe, 0xde, 0, 1, LEVEL_ID << 4, -level, 0, 0]), payload]);
}

/** RTP and RTCP share the port (RFC 5761 §4). */
function isRtp(packet: Buffer): boolean {
  const type = (packet[1] ?? 0) & 0x7f;
  return packet.length > 12 && (type < 64 || type > 95);
}
