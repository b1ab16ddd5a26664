import type { CaptureEvent, CaptureOrder } from '@parley/protocol/recording/capture';
import type { Consumer, PlainTransport, Producer } from 'mediasoup/types';
import type { VideoLimit } from '../capacity/shed-step.ts';
import { chooseLayer } from '../quality/layer-choice.ts';
import { layersOf, type PublishedTrack } from '../sessions/published-track.ts';
import { capturable, describeRtp } from './capture-rtp.ts';
import { reachLayer } from './reach-layer.ts';
import { type SenderReport, TrackClock } from './track-clock.ts';

/** What the owner of a captured track hears. */
export interface CapturedTrackHandlers {
  muted(muted: boolean): void;
  /** What its timestamps mean is known, or is another thing from now on. */
  clock(): void;
  /** It has ended, whoever ended it. */
  ended(): void;
}

/** What a key frame's trace tells, of much else. */
interface KeyFrameTrace {
  rtpPacket: { ssrc: number; timestamp: number };
}

/** A track on its way to a recorder. It ends with the track and with its transport. */
export class CapturedTrack {
  readonly track: PublishedTrack;
  readonly consumer: Consumer;
  readonly clock: TrackClock;
  readonly #transport: PlainTransport;
  /** The highest layer that is to be sent. */
  #layer: number;

  private constructor(
    track: PublishedTrack,
    consumer: Consumer,
    transport: PlainTransport,
    spatialLayer: number,
  ) {
    const { producer } = track;
    const { clockRate = 90_000 } = producer.rtpParameters.codecs[0] ?? {};
    this.track = track;
    this.consumer = consumer;
    this.#transport = transport;
    this.#layer = spatialLayer;
    this.clock = isSimulcast(producer) ? new TrackClock(clockRate) : new TrackClock(clockRate, 0);
  }

  /**
   * Has a track sent, still paused.
   *
   * @param spatialLayer the highest to be sent
   * @throws when the worker cannot, or the track or the transport ended meanwhile; nothing is left then
   */
  static async open(
    track: PublishedTrack,
    transport: PlainTransport,
    spatialLayer: number,
  ): Promise<CapturedTrack> {
    const { producer, router } = track;
    const consumer = await transport.consume({
      producerId: producer.id,
      rtpCapabilities: capturable(router.router.rtpCapabilities),
      paused: true,
      // NACK; there is no RTX stream in what can be captured.
      enableRtx: true,
      ...(layersOf(producer) > 1 && { preferredLayers: { spatialLayer } }),
    });
    if (!producer.closed && !transport.closed && !consumer.closed)
      return new CapturedTrack(track, consumer, transport, spatialLayer);
    // It came too late to be closed with them, and would be kept for good.
    consumer.close();
    throw new Error('the track or its transport ended meanwhile');
  }

  /** Whether it went with its transport. */
  get isWithoutTransport(): boolean {
    return this.#transport.closed;
  }

  /** The track as the recorder is told of it. */
  get description(): Extract<CaptureEvent, { type: 'track' }> {
    const { producer, participantId, source } = this.track;
    return {
      type: 'track',
      trackId: producer.id,
      transportId: this.#transport.id,
      participantId,
      kind: producer.kind,
      source,
      rtp: describeRtp(this.consumer),
      muted: this.consumer.producerPaused,
    };
  }

  /** Lets it flow; from here the owner hears of it. */
  async start(handlers: CapturedTrackHandlers): Promise<void> {
    const { consumer } = this;
    const { producer } = this.track;
    consumer.on('producerpause', () => handlers.muted(true));
    consumer.on('producerresume', () => handlers.muted(false));
    const stopClock = this.#watchClock(handlers);
    consumer.observer.once('close', () => {
      stopClock();
      handlers.ended();
    });
    const traces = isSimulcast(producer)
      ? [producer.enableTraceEvent(['sr', 'keyframe']), consumer.enableTraceEvent(['keyframe'])]
      : [producer.enableTraceEvent(['sr'])];
    await Promise.all([...traces, consumer.resume()]);
  }

  /** Sends no higher layer than this. */
  async setLayer(spatialLayer: number): Promise<void> {
    const { consumer } = this;
    if (consumer.closed || layersOf(this.track.producer) === 1 || spatialLayer === this.#layer) return;
    this.#layer = spatialLayer;
    await consumer.setPreferredLayers({ spatialLayer });
  }

  close(): void {
    // A closed producer has closed it in the worker, which would only complain.
    if (!this.track.producer.closed) this.consumer.close();
  }

  /** @returns what ends it */
  #watchClock(handlers: CapturedTrackHandlers): () => void {
    const { consumer, clock } = this;
    const { producer } = this.track;
    const changed = (isNews: boolean) => {
      if (isNews) handlers.clock();
    };
    const simulcast = isSimulcast(producer);
    const onTrace: Parameters<typeof producer.on<'trace'>>[1] = ({ type, info }) => {
      if (type === 'sr') {
        const report = info as unknown as SenderReport;
        changed(clock.reported(simulcast ? report : { ...report, ssrc: 0 }));
        // What fails now is tried with the next report.
        if (simulcast) reachLayer(consumer, this.#layer).catch(() => undefined);
      } else if (type === 'keyframe') clock.came((info as unknown as KeyFrameTrace).rtpPacket);
    };
    producer.on('trace', onTrace);
    consumer.on('trace', ({ info }) =>
      changed(clock.sent((info as unknown as KeyFrameTrace).rtpPacket.timestamp)),
    );
    return () => {
      producer.off('trace', onTrace);
      // Its worker may die first.
      if (!producer.closed) producer.enableTraceEvent([]).catch(() => undefined);
    };
  }
}

/**
 * The highest layer of a track that is captured: what the recording wants, and no more than the room's load leaves. What the load keeps
 * from subscribers altogether is captured in its lowest layer: they see it again when they look, a recording never does.
 *
 * @returns its index, 0 the lowest
 */
export function capturedLayer(
  { producer }: Pick<PublishedTrack, 'producer'>,
  { quality }: Pick<CaptureOrder, 'quality'>,
  limit: VideoLimit,
): number {
  const layers = layersOf(producer);
  return Math.min(chooseLayer(quality, layers).spatialLayer, chooseLayer(limit.quality, layers).spatialLayer);
}

/** Whether the layers are streams of their own. */
function isSimulcast({ type }: Producer): boolean {
  return type === 'simulcast';
}
