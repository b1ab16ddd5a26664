import type { RecordedParticipant, RoomRecorderMessage } from '@parley/protocol/recording/recorder-link';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import type { EdgeSocketTuning } from '@parley/service/edge-socket';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { Capture, CaptureOptions, CaptureStats } from '../capture/capture-types.ts';
import type { EpochStore } from '../storage/epoch-store.ts';
import type { RecordOrder } from './recorder-fleet.ts';
import { RecorderLink } from './recorder-link.ts';

/** Opens a socket for media and records what comes. @throws when no port is free */
export type OpenCapture = (options: CaptureOptions) => Promise<Capture>;

/** What a recording needs of its recorder. */
export interface RecordingOptions {
  order: RecordOrder;
  edgeUrl: string;
  incarnation: string;
  store: EpochStore;
  capture: Pick<CaptureOptions, 'ip' | 'ports' | 'srtp'>;
  openCapture: OpenCapture;
  events: ThrottledLog;
  /** All is closed and written; uploads and reports may go on. */
  onClosed(stats: CaptureStats): void;
  socketTuning?: EdgeSocketTuning;
}

/** This recorder's turn at a room's recording: the link, and the capture, which goes on while the link is down. */
export class Recording {
  readonly order: RecordOrder;
  readonly store: EpochStore;
  readonly #options: RecordingOptions;
  readonly #capture: Capture;
  readonly #link: RecorderLink;
  readonly #present = new Map<string, RecordedParticipant & { from: number }>();
  #failure: string | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: RecordingOptions, capture: Capture) {
    this.order = options.order;
    this.store = options.store;
    this.#options = options;
    this.#capture = capture;
    const { edgeUrl, events, socketTuning, order } = options;
    this.#link = new RecorderLink({
      edgeUrl,
      roomId: order.roomId,
      recordingId: order.recordingId,
      assignment: order.assignment,
      events,
      first: () => this.#first(),
      onMessage: (message) => this.#receive(message),
      onRevoked: () => void this.close(),
      ...(socketTuning && { socketTuning }),
    });
  }

  /** @throws when no port is free for media */
  static async start(options: RecordingOptions): Promise<Recording> {
    const { store, order } = options;
    let recording: Recording | undefined;
    const capture = await options.openCapture({
      ...options.capture,
      folder: store.folder,
      epoch: order.epoch,
      sink: {
        onTrack: (track) => store.onTrack(track),
        onSealed: (segment) => store.onSealed(segment),
        onSegment: (segment) => store.onSegment(segment),
        onGap: (gap) => store.onGap(gap),
        onSkipped: (trackId, why) => {
          const { recordingId, roomId } = order;
          const fields = { recordingId, roomId, trackId, why };
          options.events.warn('track-skipped', fields, 'a track, or some of it, is not recorded');
        },
        onFailed: (error) => recording?.fail(`The recorder cannot write any more: ${error.message}`),
      },
    });
    recording = new Recording(options, capture);
    return recording;
  }

  get isLinked(): boolean {
    return this.#link.up;
  }

  get stats(): CaptureStats {
    return this.#capture.stats();
  }

  /** Tells the Room that another recorder is to go on; media is taken until it says that one does. */
  fail(message: string): void {
    if (this.#failure !== undefined || this.#closing !== undefined) return;
    this.#failure = message;
    const { recordingId, roomId } = this.order;
    this.#options.events.warn('recording-failed', { recordingId, roomId, why: message }, message);
    this.#link.send(this.#first());
  }

  /** Closes what is open and writes it; the same promise again when called again. */
  close(reason = 'the recording is over'): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: string): Promise<void> {
    this.#link.close(1000, reason);
    await this.#capture.close();
    this.store.end();
    const { recordingId, roomId, epoch } = this.order;
    const stats = this.#capture.stats();
    const { packets, lost, bytes } = stats;
    const fields = { recordingId, roomId, epoch, packets, lost, bytes };
    this.#options.events.info('recording-closed', fields, 'a recording is closed here');
    this.#options.onClosed(stats);
  }

  #first() {
    if (this.#failure !== undefined) {
      return { type: 'failed', code: 'recording_unavailable', message: this.#failure } as const;
    }
    const { incarnation } = this.#options;
    return { type: 'hello', version: PROTOCOL_VERSION, incarnation, target: this.#capture.target } as const;
  }

  #receive(message: RoomRecorderMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#meet(message.participants);
        return;
      case 'participant':
        this.#joined(message.participant);
        return;
      case 'participant-left':
        this.#left(message.participantId);
        return;
      case 'capture':
        this.#capture.handle(message.nodeId, message.event);
        return;
      case 'node-gone':
        this.#capture.nodeGone(message.nodeId);
        return;
      case 'stop':
        void this.close(message.reason);
        return;
      default:
        message satisfies never;
    }
  }

  /** Who is there when the link comes up, again perhaps: somebody may have gone while it was down. */
  #meet(participants: readonly RecordedParticipant[]): void {
    const there = new Set(participants.map(({ participantId }) => participantId));
    for (const participantId of [...this.#present.keys()]) {
      if (!there.has(participantId)) this.#left(participantId);
    }
    for (const participant of participants) this.#joined(participant);
  }

  #joined(participant: RecordedParticipant): void {
    const known = this.#present.get(participant.participantId);
    const attendance = { ...participant, from: known?.from ?? Date.now() };
    if (known !== undefined && known.name === attendance.name && known.identity === attendance.identity)
      return;
    this.#present.set(participant.participantId, attendance);
    this.store.onParticipant(attendance);
  }

  #left(participantId: string): void {
    const attendance = this.#present.get(participantId);
    if (attendance === undefined) return;
    this.#present.delete(participantId);
    this.#capture.participantLeft(participantId);
    this.store.onParticipant({ ...attendance, to: Date.now() });
  }
}
