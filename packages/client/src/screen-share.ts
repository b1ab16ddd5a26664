import type { StopScreenShare } from '@parley/protocol/client-messages';
import { captureScreen } from './capture.ts';
import type { LocalTrackStore } from './local-tracks.ts';
import type { OwnTracksListener } from './own-tracks.ts';
import type { Publisher } from './publisher.ts';
import { SerialQueue } from './serial-queue.ts';

export interface ScreenShareOptions {
  readonly store: LocalTrackStore;
  readonly publisher: Publisher;
  readonly listener: OwnTracksListener;
  send(message: StopScreenShare): void;
}

type ScreenSource = 'screen' | 'screen-audio';
const SOURCES: readonly ScreenSource[] = ['screen', 'screen-audio'];

/** One's own shared screen and its sound. */
export class ScreenShare {
  readonly #options: ScreenShareOptions;
  readonly #queue = new SerialQueue();

  constructor(options: ScreenShareOptions) {
    this.#options = options;
  }

  /** Asks for a screen and publishes it. @throws {CallError} if none was chosen, or the server refuses it */
  async start(): Promise<void> {
    if (this.#options.store.closed) return;
    const stream = await captureScreen();
    await this.#queue.run(() => this.#share(stream));
  }

  async stop(): Promise<void> {
    for (const source of SOURCES) this.#options.store.stop(source);
    await this.#queue.run(() => this.#unpublish());
  }

  async #share(stream: MediaStream): Promise<void> {
    const { store } = this.#options;
    const [screen] = stream.getVideoTracks();
    const [sound] = stream.getAudioTracks();
    // The browser's own button may have been quicker than what was under way before this.
    if (screen?.readyState !== 'live') {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    screen.contentHint = 'detail';
    store.put('screen', screen, () => void this.stop().catch(() => undefined));
    if (sound) store.put('screen-audio', sound);
    if (store.closed) return;
    const [screenResult, soundResult] = await Promise.allSettled([
      this.#publish('screen', screen),
      ...(sound ? [this.#publish('screen-audio', sound)] : []),
    ]);
    if (screenResult.status === 'rejected') {
      for (const source of SOURCES) store.stop(source);
      await this.#unpublish();
      throw screenResult.reason;
    }
    // A screen without its sound is still worth showing.
    if (soundResult?.status === 'rejected') store.stop('screen-audio');
  }

  async #publish(source: ScreenSource, track: MediaStreamTrack): Promise<void> {
    const { publisher, listener } = this.#options;
    const publication = await publisher.publish(source, track);
    if (publication.trackId !== undefined) listener.published(publication, publication.trackId);
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
