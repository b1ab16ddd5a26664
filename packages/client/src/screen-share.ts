import type { StopScreenShare } from '@parley/protocol/client-messages';
import { callEnded } from './call-error.ts';
import { captureScreen, type ScreenSettings } from './capture.ts';
import type { LocalTrackStore } from './local-tracks.ts';
import type { OwnTracksListener } from './own-tracks.ts';
import { SerialQueue } from './serial-queue.ts';
import type { TrackSender } from './track-sender.ts';

export interface ScreenShareOptions {
  readonly store: LocalTrackStore;
  readonly publisher: TrackSender;
  readonly listener: OwnTracksListener;
  send(message: StopScreenShare): void;
}

/** A shared screen and its sound, which ends with it. */
export type ScreenSource = 'screen' | 'screen-audio';
const SOURCES: readonly ScreenSource[] = ['screen', 'screen-audio'];

/** One's own shared screen and its sound. */
export class ScreenShare {
  readonly #options: ScreenShareOptions;
  readonly #queue = new SerialQueue();

  constructor(options: ScreenShareOptions) {
    this.#options = options;
  }

  /** Asks for a screen and publishes it. @throws {CallError} if none was chosen, or the server refuses it */
  async start(settings?: ScreenSettings): Promise<void> {
    if (this.#options.store.closed) throw callEnded();
    const stream = await captureScreen(settings);
    await this.#queue.run(() => this.#share(stream));
  }

  /** Shares a track of the application's own, in place of what was shared. @throws {CallError} if the server refuses it */
  async publish(source: ScreenSource, track: MediaStreamTrack): Promise<void> {
    await this.#queue.run(async () => {
      this.#put(source, track);
      await this.#publishAll([source]);
    });
  }

  async stop(): Promise<void> {
    this.#stopCapture();
    await this.#queue.run(() => {
      // A start before this stop may have had to wait its turn too.
      this.#stopCapture();
      return this.#unpublish();
    });
  }

  /** Publishes again what is shared, in a new media session. @throws {CallError} if the server refuses it */
  async republish(): Promise<void> {
    const { store, publisher } = this.#options;
    const missing = (source: ScreenSource) =>
      store.get(source).track !== undefined && publisher.published(source) === undefined;
    await this.#queue.run(() => this.#publishAll(SOURCES.filter(missing)));
  }

  async #share(stream: MediaStream): Promise<void> {
    const { store } = this.#options;
    const [screen] = stream.getVideoTracks();
    const [sound] = stream.getAudioTracks();
    // The browser's own button may have been quicker than what was under way before this.
    if (store.closed || screen?.readyState !== 'live') {
      for (const track of stream.getTracks()) track.stop();
      if (store.closed) throw callEnded();
      return;
    }
    this.#put('screen', screen);
    if (sound) this.#put('screen-audio', sound);
    else await this.#endSound();
    await this.#publishAll(sound ? SOURCES : ['screen']);
  }

  #put(source: ScreenSource, track: MediaStreamTrack): void {
    if (source === 'screen' && track.contentHint === '') track.contentHint = 'detail';
    this.#options.store.put(source, track, {
      ended: () => {
        const ending = source === 'screen' ? this.stop() : this.#queue.run(() => this.#endSound());
        ending.catch(() => undefined);
      },
    });
  }

  async #publishAll(sources: readonly ScreenSource[]): Promise<void> {
    const { store } = this.#options;
    if (store.closed) throw callEnded();
    const results = await Promise.allSettled(sources.map((source) => this.#publish(source)));
    const failure = (source: ScreenSource) => {
      const result = results[sources.indexOf(source)];
      return result?.status === 'rejected' ? result : undefined;
    };
    const failed = failure('screen');
    if (failed) {
      this.#stopCapture();
      await this.#unpublish();
      throw failed.reason;
    }
    const failedSound = failure('screen-audio');
    if (failedSound) store.stop('screen-audio');
    // A screen without its sound is still worth showing.
    if (failedSound && !sources.includes('screen')) throw failedSound.reason;
  }

  #stopCapture(): void {
    const { store } = this.#options;
    for (const source of SOURCES) if (store.get(source).track) store.stop(source);
  }

  async #publish(source: ScreenSource): Promise<void> {
    const { store, publisher, listener } = this.#options;
    const { track } = store.get(source);
    if (track === undefined) return;
    if (publisher.published(source)) {
      await publisher.replaceTrack(source, track);
      return;
    }
    const publication = await publisher.publish(source, track);
    if (publication.trackId !== undefined) listener.published(publication, publication.trackId);
  }

  /** The screen that is shared now has no sound. */
  async #endSound(): Promise<void> {
    const { store, publisher, listener } = this.#options;
    if (store.get('screen-audio').track) store.stop('screen-audio');
    const trackId = publisher.published('screen-audio')?.trackId;
    if (trackId === undefined) return;
    listener.unpublished(trackId);
    await publisher.unpublish('screen-audio');
  }

  async #unpublish(): Promise<void> {
    const { store, publisher, listener, send } = this.#options;
    if (store.closed) return;
    const trackIds = SOURCES.flatMap((source) => publisher.published(source)?.trackId ?? []);
    if (trackIds.length === 0) return;
    send({ type: 'stop-screen-share' });
    for (const trackId of trackIds) listener.unpublished(trackId);
    await publisher.unpublish(...SOURCES);
  }
}
