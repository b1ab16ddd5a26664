import nodeDataChannel, { type Track } from 'node-datachannel';
import { type CameraMedia, PREPARED_LAYERS, preparedAudio, preparedVideo } from './media/prepared-media.ts';
import { LocalDescriptions, makePeerConnection, type PeerConnection } from './peer-connection.ts';
import { keyFrameRequests } from './rtp/rtcp.ts';
import { AUDIO_LEVEL_ID, isRtp } from './rtp/rtp-packet.ts';
import { scheduler } from './send-scheduler.ts';
import { SentStream } from './sent-stream.ts';

const OPUS = 111;
const VP8 = 96;

/** What a bot can publish. */
export type BotSource = 'microphone' | 'camera';

export interface SendOptions {
  sources: readonly BotSource[];
  /** Audio packets a second. */
  audioRate: number;
  /** How loud the microphone says to be in each packet, dBov; it does not say when undefined. */
  audioLevel: number | undefined;
  /** Frames a second of each layer; as prepared when undefined. */
  videoRate: number | undefined;
  /** Whether the camera is sent in three layers, or in the lowest alone. */
  simulcast: boolean;
  /** What the camera shows; as prepared when undefined. */
  camera: CameraMedia | undefined;
  bindAddress: string;
}

/** The publishing PeerConnection: it offers, and sends prepared media from when it is connected until it is closed. */
export class SendConnection {
  readonly #connection: PeerConnection;
  readonly #descriptions: LocalDescriptions;
  readonly #name: string;
  readonly #streams: SentStream[] = [];
  /** Held, since the callbacks end with the objects. */
  readonly #tracks: Track[] = [];
  #state = 'new';
  #closed = false;
  #microphone: SentStream | undefined;
  /** The camera's layers, lowest first, and how many of them are to be sent. */
  readonly #layers: SentStream[] = [];
  #watched = Number.POSITIVE_INFINITY;

  constructor(name: string, options: SendOptions) {
    const { sources, audioRate, audioLevel, bindAddress } = options;
    this.#name = name;
    this.#connection = makePeerConnection(name, bindAddress);
    this.#connection.onStateChange((state) => {
      this.#state = state;
    });
    this.#descriptions = new LocalDescriptions(this.#connection);
    for (const source of sources) {
      if (source === 'microphone') this.#addMicrophone(audioRate, audioLevel);
      else this.#addCamera(options);
    }
  }

  /** Of the connection: `connected` when ICE and DTLS are through. */
  get state(): string {
    return this.#state;
  }

  get sentPackets(): number {
    return this.#streams.reduce((sum, { packets }) => sum + packets, 0);
  }

  /** Payload bytes of each layer of the camera, lowest first. */
  get sentLayers(): number[] {
    return this.#layers.map(({ bytes }) => bytes);
  }

  /** @returns the SDP */
  async offer(): Promise<string> {
    return await this.#descriptions.make('offer');
  }

  /** @throws {Error} when libdatachannel cannot take it */
  answer(sdp: string): void {
    this.#connection.setRemoteDescription(sdp, 'answer');
  }

  /** Sends two frames a second of each stream, as little as keeps them from being taken for gone; or at its rates again. */
  setIdle(idles: boolean): void {
    for (const stream of this.#streams) stream.idles = idles;
  }

  /** Sends this many of the camera's layers, from the lowest up; one that was off begins with a key frame. */
  setWatched(layers: number): void {
    for (const stream of this.#layers.slice(this.#watched)) stream.seekKeyFrame();
    this.#watched = layers;
    for (const stream of this.#layers) this.#flow(stream);
  }

  /** Is as loud as this from now on, where it says how loud. @param dbov −127–0 */
  setAudioLevel(dbov: number): void {
    if (this.#microphone !== undefined) this.#microphone.level = dbov;
  }

  /** Stops sending. libdatachannel says nothing to the other end. */
  close(): void {
    this.#closed = true;
    for (const stream of this.#streams) scheduler.remove(stream);
    this.#connection.close();
  }

  #addMicrophone(rate: number, level: number | undefined): void {
    const audio = new nodeDataChannel.Audio('microphone', 'SendOnly');
    audio.addOpusCodec(OPUS);
    const ssrc = makeSsrc();
    audio.addSSRC(ssrc, this.#name, this.#name, 'microphone');
    if (level !== undefined)
      audio.parseSdpLine(`a=extmap:${AUDIO_LEVEL_ID} urn:ietf:params:rtp-hdrext:ssrc-audio-level`);
    const track = this.#connection.addTrack(audio);
    const target = { track, ssrc, payloadType: OPUS };
    const stream = new SentStream(preparedAudio(level !== undefined), target, rate);
    if (level !== undefined) stream.level = level;
    this.#microphone = stream;
    this.#send(track, new Map([[ssrc, stream]]));
  }

  #addCamera({ simulcast, camera, videoRate: rate }: SendOptions): void {
    const video = new nodeDataChannel.Video('camera', 'SendOnly');
    video.addVP8Codec(VP8);
    const layers = simulcast ? PREPARED_LAYERS : PREPARED_LAYERS.slice(0, 1);
    const ssrcs = layers.map(() => makeSsrc());
    for (const ssrc of ssrcs) video.addSSRC(ssrc, this.#name, this.#name, 'camera');
    // Simulcast by SSRC, as Chromium did it before rids: libdatachannel writes no header extension that could carry a rid.
    if (simulcast) video.parseSdpLine(`a=ssrc-group:SIM ${ssrcs.join(' ')}`);
    const track = this.#connection.addTrack(video);
    const streams = new Map<number, SentStream>();
    for (const [index, layer] of layers.entries()) {
      const ssrc = ssrcs[index] ?? 0;
      streams.set(
        ssrc,
        new SentStream(preparedVideo(layer, camera), { track, ssrc, payloadType: VP8 }, rate),
      );
    }
    this.#layers.push(...streams.values());
    this.#send(track, streams);
  }

  /** Sends a stream, or not. What is not open yet is sent when it is. */
  #flow(stream: SentStream): void {
    const layer = this.#layers.indexOf(stream);
    if (!this.#closed && layer < this.#watched && stream.isOpen) scheduler.add(stream);
    else scheduler.remove(stream);
  }

  /** Sends the streams of a track from when it opens. */
  #send(track: Track, streams: ReadonlyMap<number, SentStream>): void {
    this.#tracks.push(track);
    this.#streams.push(...streams.values());
    track.onMessage((packet) => {
      if (isRtp(packet)) return;
      for (const ssrc of keyFrameRequests(packet)) streams.get(ssrc)?.seekKeyFrame();
    });
    track.onOpen(() => {
      for (const stream of streams.values()) this.#flow(stream);
    });
  }
}

/** Never 0, which some take for none. */
function makeSsrc(): number {
  return 1 + Math.floor(Math.random() * (2 ** 32 - 1));
}
