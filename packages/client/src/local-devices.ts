import type { Mute } from '@parley/protocol/client-messages';
import { CallError, callEnded } from './call-error.ts';
import { type CaptureSettings, captureCamera, captureMicrophone } from './capture.ts';
import type { LocalTrackStore } from './local-tracks.ts';
import type { OwnTracksListener } from './own-tracks.ts';
import { SerialQueue } from './serial-queue.ts';
import type { TrackSender } from './track-sender.ts';

/** A source that is muted, not unpublished, when it is turned off. */
export type Device = 'camera' | 'microphone';

const DEVICES: readonly Device[] = ['camera', 'microphone'];

export interface LocalDevicesOptions {
  readonly store: LocalTrackStore;
  readonly publisher: TrackSender;
  readonly settings: CaptureSettings;
  readonly listener: OwnTracksListener;
  send(message: Mute): void;
  error(error: CallError): void;
}

/**
 * Camera and microphone. What is wished takes effect on this side at once; then, in turn, the sender and the server
 * are made to agree with the last wish, however often it changed meanwhile.
 */
export class LocalDevices {
  readonly #options: LocalDevicesOptions;
  readonly #queues = { camera: new SerialQueue(), microphone: new SerialQueue() };
  /** What the server was told last, by track id. */
  readonly #told = new Map<string, boolean>();

  constructor(options: LocalDevicesOptions) {
    this.#options = options;
  }

  /** Turns a device on or off. Off means off: the camera's light goes out, the microphone's track is silent. */
  async setEnabled(device: Device, enabled: boolean): Promise<void> {
    const { store } = this.#options;
    if (!enabled && device === 'camera') store.stop(device);
    else store.setEnabled(device, enabled);
    await this.#agree(device);
  }

  /** Publishes a track of the application's, in place of the device's if there was one. */
  async publish(device: Device, track: MediaStreamTrack): Promise<void> {
    this.#put(device, track);
    await this.#agree(device);
  }

  /** The server has nothing of one's own in a new media session: publishes it again, muted if it was. */
  republish(): void {
    for (const device of DEVICES) {
      this.#agree(device).catch((error: unknown) => {
        if (error instanceof CallError) this.#options.error(error);
      });
    }
  }

  /** A moderator has muted one's own track: the device is off, until it is turned on again. */
  muted(trackId: string): void {
    const { store, publisher } = this.#options;
    for (const device of DEVICES) {
      if (publisher.published(device)?.trackId !== trackId) continue;
      this.#told.set(trackId, true);
      if (device === 'camera') store.stop(device);
      else store.setEnabled(device, false);
      this.#agree(device).catch(() => undefined);
    }
  }

  /** One may not publish this any more: the server has ended it. */
  async revoke(device: Device): Promise<void> {
    const { store, publisher, listener } = this.#options;
    if (store.all.has(device)) store.stop(device);
    await this.#queues[device].run(async () => {
      const trackId = publisher.published(device)?.trackId;
      if (trackId === undefined) return;
      listener.unpublished(trackId);
      await publisher.unpublish(device);
    });
  }

  /** What was told may have been lost: tells it again. */
  restateMute(): void {
    const { publisher, send } = this.#options;
    for (const device of DEVICES) {
      const trackId = publisher.published(device)?.trackId;
      const muted = trackId === undefined ? undefined : this.#told.get(trackId);
      if (trackId !== undefined && muted !== undefined) send({ type: 'mute', trackId, muted });
    }
  }

  async #agree(device: Device): Promise<void> {
    try {
      await this.#queues[device].run(() => this.#reconcile(device));
    } catch (error) {
      // What could not be turned on is off.
      this.#options.store.stop(device);
      throw error;
    }
  }

  async #reconcile(device: Device): Promise<void> {
    const { store, publisher } = this.#options;
    if (store.closed) throw callEnded();
    const { enabled, track = enabled ? await this.#capture(device) : undefined } = store.get(device);
    const publication = publisher.published(device);
    if (publication === undefined) {
      if (track) await this.#publish(device, track);
    } else if (publication.transceiver.sender.track !== (track ?? null)) {
      await publisher.replaceTrack(device, track ?? null);
    }
    this.#announce(device);
  }

  async #capture(device: Device): Promise<MediaStreamTrack | undefined> {
    const { store, settings } = this.#options;
    const track = await (device === 'camera' ? captureCamera(settings) : captureMicrophone(settings));
    if (store.closed) {
      track.stop();
      throw callEnded();
    }
    // While the browser asked, the person may have changed their mind, or the application brought a track.
    const now = store.get(device);
    if (!now.enabled || now.track !== undefined) {
      track.stop();
      return now.track;
    }
    this.#put(device, track);
    return track;
  }

  async #publish(device: Device, track: MediaStreamTrack): Promise<void> {
    const publication = await this.#options.publisher.publish(device, track);
    if (publication.trackId === undefined) return;
    this.#options.listener.published(publication, publication.trackId);
  }

  /** Tells the others whether the device is muted, if they do not know yet. */
  #announce(device: Device): void {
    const { store, publisher, listener, send } = this.#options;
    const trackId = publisher.published(device)?.trackId;
    const muted = !store.get(device).enabled;
    // A track begins unmuted.
    if (trackId === undefined || (this.#told.get(trackId) ?? false) === muted) return;
    this.#told.set(trackId, muted);
    send({ type: 'mute', trackId, muted });
    listener.muted(trackId, muted);
  }

  #put(device: Device, track: MediaStreamTrack): void {
    const { store, error } = this.#options;
    store.put(device, track, () => {
      store.stop(device);
      error(new CallError('device_lost', lost(device)));
      this.#agree(device).catch(() => undefined);
    });
  }
}

function lost(device: Device): string {
  return `The ${device} has stopped: it was unplugged, or the browser may not use it any more. Turn it on again.`;
}
