import { randomBytes } from 'node:crypto';
import type { CaptureEvent, CaptureTarget, SrtpKeys } from '@parley/protocol/recording/capture';
import { RtpPacket } from 'rtp.js/packets';
import type { Capture, CaptureOptions, CaptureStats } from './capture-types.ts';
import { CapturedTrack, type TrackInfo } from './captured-track.ts';
import { PublisherClock } from './clock.ts';
import { depacketizerOf } from './codecs/codec.ts';
import { DiskQueue } from './disk-queue.ts';
import { EarlyPackets } from './early-packets.ts';
import { nack, pli } from './rtcp.ts';
import { addressKey, RtpSocket } from './rtp-socket.ts';
import { SrtpTransport } from './srtp.ts';
import { trackKey } from './track-key.ts';

const TICK_MS = 20;
const MAX_QUEUED_BYTES = 64 << 20;
/** RTP's fixed header (RFC 3550 §5.1). */
const LEAST_BYTES = 12;

/** Where a node sends from. */
interface Transport {
  readonly nodeId: string;
  readonly id: string;
  readonly ip: string;
  readonly port: number;
  readonly srtp: SrtpTransport | undefined;
  /** Whom feedback is from. */
  readonly ssrc: number;
  /** By SSRC. */
  readonly tracks: Map<number, CapturedTrack>;
}

/** One recording in one epoch: its socket, its transports and its tracks. */
export class RecordingCapture implements Capture {
  readonly target: CaptureTarget;
  readonly #options: CaptureOptions;
  readonly #socket: RtpSocket;
  readonly #early = new EarlyPackets();
  readonly #disk: DiskQueue;
  readonly #bySource = new Map<string, Transport>();
  readonly #byId = new Map<string, Transport>();
  readonly #tracks = new Map<string, { track: CapturedTrack; transport: Transport }>();
  /** Tracks that have ended. One may come back, and goes on in its own files and on its own clock. */
  readonly #past = new Map<string, CapturedTrack>();
  readonly #publishers = new Map<string, PublisherClock>();
  /** Of the next transport: all seal with one key, each counting from 0, which only an SSRC of its own makes other key streams (RFC 3711 §9.1). */
  #nextSsrc = randomBytes(4).readUInt32BE();
  readonly #timer: NodeJS.Timeout;
  readonly #ending = new Set<Promise<void>>();
  /** The wall clock once, then only what goes by: a clock that is set does not tear a recording. */
  readonly #epochMs = Date.now() - performance.now();
  #closed: Promise<void> | undefined;
  #failed = false;
  readonly #stats = {
    packets: 0,
    bytes: 0,
    nacked: 0,
    recovered: 0,
    lost: 0,
    refused: 0,
    keyFramesAsked: 0,
    dropped: 0,
  };

  private constructor(options: CaptureOptions, socket: RtpSocket) {
    this.#options = options;
    this.#socket = socket;
    this.#disk = new DiskQueue(options.maxQueuedBytes ?? MAX_QUEUED_BYTES);
    const srtp: SrtpKeys = {
      cryptoSuite: 'AES_CM_128_HMAC_SHA1_80',
      keyBase64: randomBytes(30).toString('base64'),
    };
    this.target = { ip: options.ip, port: socket.port, ...(options.srtp && { srtp }) };
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** @throws {ParleyError} recording_unavailable when there is no port to listen on. */
  static async open(options: CaptureOptions): Promise<RecordingCapture> {
    let capture: RecordingCapture | undefined;
    const { ip, ports } = options;
    const onMessage = (data: Buffer, from: string) => {
      if (capture !== undefined) capture.#onMessage(data, from);
    };
    const socket = await RtpSocket.open({ ip, ports, onMessage });
    capture = new RecordingCapture(options, socket);
    return capture;
  }

  /** Milliseconds since the epoch on the recording's clock. */
  now(): number {
    return this.#epochMs + performance.now();
  }

  handle(nodeId: string, event: CaptureEvent): void {
    if (this.#closed !== undefined) return;
    switch (event.type) {
      case 'transport':
        return this.#addTransport(nodeId, event);
      case 'transport-ended': {
        const transport = this.#byId.get(`${nodeId}|${event.transportId}`);
        if (transport !== undefined) this.#removeTransport(transport);
        return;
      }
      case 'track':
        return this.#addTrack(nodeId, event);
      case 'track-muted':
        return this.#of(nodeId, event.trackId)?.track.muted(event.muted, this.now());
      case 'track-ended':
        return this.#endTrack(nodeId, event.trackId);
      case 'clocks':
        for (const { trackId, rtp, ntp } of event.reports)
          this.#of(nodeId, trackId)?.track.reported(rtp, ntp);
        return;
      case 'failed':
        if (event.trackId !== undefined) this.#options.sink.onSkipped?.(event.trackId, event.message);
        return;
      default:
        return event satisfies never;
    }
  }

  nodeGone(nodeId: string): void {
    for (const transport of [...this.#byId.values()]) {
      if (transport.nodeId === nodeId) this.#removeTransport(transport);
    }
  }

  participantLeft(participantId: string): void {
    this.#endLost((info) => info.participantId === participantId);
  }

  stats(): CaptureStats {
    return { ...this.#stats, tracks: this.#tracks.size, queuedBytes: this.#disk.bytes };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#socket.close();
    const now = this.now();
    await Promise.all([...[...this.#tracks.values()].map(({ track }) => track.end(now)), ...this.#ending]);
    this.#tracks.clear();
  }

  #addTransport(nodeId: string, event: Extract<CaptureEvent, { type: 'transport' }>): void {
    const { transportId: id, ip, port, srtp: remote } = event;
    const local = this.target.srtp;
    // Media that ought to be encrypted is not taken in clear, nor the other way round.
    if ((local === undefined) !== (remote === undefined)) return;
    const key = `${nodeId}|${id}`;
    const known = this.#byId.get(key);
    if (known?.ip === ip && known.port === port) return;
    if (known !== undefined) this.#removeTransport(known);
    const srtp = local && remote && new SrtpTransport({ local, remote });
    const transport: Transport = { nodeId, id, ip, port, srtp, ssrc: this.#nextSsrc, tracks: new Map() };
    this.#nextSsrc = (this.#nextSsrc + 1) >>> 0;
    this.#byId.set(key, transport);
    const source = addressKey(ip, port);
    this.#bySource.set(source, transport);
    for (const { data, arrival } of this.#early.take(source, this.now()))
      this.#onPacket(data, transport, arrival);
  }

  #removeTransport(transport: Transport): void {
    const key = addressKey(transport.ip, transport.port);
    if (this.#bySource.get(key) === transport) this.#bySource.delete(key);
    this.#byId.delete(`${transport.nodeId}|${transport.id}`);
    for (const { track, transport: its } of this.#tracks.values()) {
      if (its === transport) track.lostNode(this.now());
    }
  }

  #addTrack(nodeId: string, info: TrackInfo): void {
    const transport = this.#byId.get(`${nodeId}|${info.transportId}`);
    const depacketizer = depacketizerOf(info.rtp);
    if (transport === undefined || depacketizer === undefined) {
      const why = depacketizer ? 'its transport is not known' : `${info.rtp.mimeType} is not recorded`;
      this.#options.sink.onSkipped?.(info.trackId, why);
      return;
    }
    const known = this.#tracks.get(info.trackId);
    if (known?.transport === transport && known.track.info.rtp.ssrc === info.rtp.ssrc) {
      known.track.muted(info.muted, this.now());
      return;
    }
    if (known !== undefined) known.transport.tracks.delete(known.track.info.rtp.ssrc);
    const before = known?.track ?? this.#past.get(info.trackId);
    before?.replace(info, depacketizer);
    this.#past.delete(info.trackId);
    if (before === undefined) this.#endLost((lost) => succeeds(info, lost));
    const track = before ?? new CapturedTrack(this.#trackOptions(info), depacketizer);
    this.#tracks.set(info.trackId, { track, transport });
    transport.tracks.set(info.rtp.ssrc, track);
    for (const { data, arrival } of this.#early.take(earlyKey(transport, info.rtp.ssrc), this.now())) {
      this.#onRtp(data, transport, arrival);
    }
  }

  #trackOptions(info: TrackInfo) {
    const { folder, epoch, sink } = this.#options;
    const publisher = this.#publishers.get(info.participantId) ?? new PublisherClock();
    this.#publishers.set(info.participantId, publisher);
    return {
      ...{
        info,
        epoch,
        folder,
        base: `${epoch}/${trackKey(info.trackId)}`,
        disk: this.#disk,
        publisher,
        sink,
      },
      now: () => this.now(),
      onDropped: () => {
        this.#stats.dropped += 1;
      },
      onLost: (count: number) => {
        this.#stats.lost += count;
      },
      onDiskError: (error: Error) => {
        if (!this.#failed) sink.onFailed(error);
        this.#failed = true;
      },
    };
  }

  /** A track as this node has it: another may have it by now. */
  #of(nodeId: string, trackId: string) {
    const entry = this.#tracks.get(trackId);
    return entry?.transport.nodeId === nodeId ? entry : undefined;
  }

  #endTrack(nodeId: string, trackId: string): void {
    const entry = this.#of(nodeId, trackId);
    if (entry !== undefined) this.#end(entry);
  }

  /** Nobody says of tracks that a node took with it that they are over. */
  #endLost(isOver: (info: TrackInfo) => boolean): void {
    for (const entry of [...this.#tracks.values()]) {
      const { nodeId, id } = entry.transport;
      const isLost = this.#byId.get(`${nodeId}|${id}`) !== entry.transport;
      if (isLost && isOver(entry.track.info)) this.#end(entry);
    }
  }

  #end({ track, transport }: { track: CapturedTrack; transport: Transport }): void {
    const { trackId, rtp } = track.info;
    this.#tracks.delete(trackId);
    this.#past.set(trackId, track);
    transport.tracks.delete(rtp.ssrc);
    const ending = track.end(this.now()).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #onMessage(data: Buffer, from: string): void {
    this.#stats.packets += 1;
    this.#stats.bytes += data.length;
    // RTCP of the node says nothing that its link does not (RFC 5761 §4 tells it from RTP).
    const type = data[1] ?? 0;
    if (type >= 192 && type <= 223) return;
    if (data.length < LEAST_BYTES || (data[0] ?? 0) >> 6 !== 2) {
      this.#stats.refused += 1;
      return;
    }
    const arrival = this.now();
    const transport = this.#bySource.get(from);
    if (transport === undefined) this.#early.hold(from, data, arrival);
    else this.#onPacket(data, transport, arrival);
  }

  #onPacket(data: Buffer, transport: Transport, arrival: number): void {
    const plain = transport.srtp === undefined ? data : transport.srtp.open(data);
    if (plain === undefined) this.#stats.refused += 1;
    else this.#onRtp(plain, transport, arrival);
  }

  #onRtp(data: Buffer, transport: Transport, arrival: number): void {
    const ssrc = data.readUInt32BE(8);
    const track = transport.tracks.get(ssrc);
    if (track === undefined) {
      this.#early.hold(earlyKey(transport, ssrc), data, arrival);
      return;
    }
    const packet = parse(data);
    if (packet === undefined || packet.getPayloadType() !== track.info.rtp.payloadType) {
      this.#stats.refused += 1;
      return;
    }
    const { buffer, byteOffset, byteLength } = packet.getPayload();
    const fate = track.packet({
      sequence: packet.getSequenceNumber(),
      timestamp: packet.getTimestamp(),
      marker: packet.getMarker(),
      payload: Buffer.from(buffer, byteOffset, byteLength),
      arrival,
    });
    if (fate === 'recovered') this.#stats.recovered += 1;
  }

  #tick(): void {
    const now = this.now();
    this.#early.expire(now);
    for (const { track, transport } of this.#tracks.values()) {
      const { ssrc } = track.info.rtp;
      const { nack: missing, keyFrame } = track.tick(now);
      this.#stats.nacked += missing.length;
      if (keyFrame) this.#stats.keyFramesAsked += 1;
      const packets = nack(transport.ssrc, ssrc, missing);
      if (keyFrame) packets.push(pli(transport.ssrc, ssrc));
      for (const packet of packets) {
        this.#socket.send(transport.srtp?.seal(packet) ?? packet, transport.ip, transport.port);
      }
    }
  }
}

/** Whether a participant goes on with this track where another is lost: it publishes anew on its next node. */
function succeeds(info: TrackInfo, { participantId, kind, source }: TrackInfo): boolean {
  return info.participantId === participantId && info.kind === kind && info.source === source;
}

function parse(data: Buffer): RtpPacket | undefined {
  try {
    return new RtpPacket(new DataView(data.buffer, data.byteOffset, data.byteLength));
  } catch {
    return undefined;
  }
}

function earlyKey({ ip, port }: Transport, ssrc: number): string {
  return `${addressKey(ip, port)}|${ssrc}`;
}
