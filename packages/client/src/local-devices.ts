import type { Mute } from '@parley/protocol/client-messages';
import { CallError, callEnded } from './call-error.ts';
import {
  type CaptureSettings,
  captureCamera,
  captureMicrophone,
  type DeviceChoice,
  isDeviceTrack,
} from './capture.ts';
import type { LocalTrackStore } from './local-tracks.ts';
import { MuteTeller } from './mute-teller.ts';
import type { OwnTracksListener } from './own-tracks.ts';
import { SerialQueue } from './serial-queue.ts';
import type { TrackSender } from './track-sender.ts';

/** A source that is muted, not unpublished, when it is turned off. */
export type Device = 'camera' | 'microphone';

const DEVICES: readonly Device[] = ['camera', 'microphone'];

/** Another device captures from now on. */
export interface DeviceChange {
  readonly device: Device;
  /** Empty where the browser does not tell. */
  readonly deviceId: string;
  readonly label: string;
  /** `chosen` by `switchDevice()`, or in place of one that was `lost`: unplugged, or taken away by the system. */
  readonly reason: 'chosen' | 'lost';
}

export interface LocalDevicesOptions {
  readonly store: LocalTrackStore;
  readonly publisher: TrackSender;
  readonly settings: CaptureSettings;
  readonly listener: OwnTracksListener;
  send(message: Mute): void;
  changed(change: DeviceChange): void;
  error(error: CallError): void;
}

/**
 * Camera and microphone. What is wished takes effect on this side at once; then, in turn, the sender and the server
 * are made to agree with the last wish, however often it changed meanwhile.
 */
export class LocalDevices {
  readonly #options: LocalDevicesOptions;
  readonly #queues = { camera: new SerialQueue(), microphone: new SerialQueue() };
  readonly #mutes: MuteTeller;
  /** What is to be captured, and by which choice what runs was. */
  readonly #choices: Record<Device, DeviceChoice> = { camera: {}, microphone: {} };
  #shown: Readonly<Record<Device, DeviceChoice>> = { camera: {}, microphone: {} };
  readonly #chosenBy = new WeakMap<MediaStreamTrack, DeviceChoice>();

  constructor(options: LocalDevicesOptions) {
    this.#options = options;
    const { publisher, send } = options;
    this.#mutes = new MuteTeller({
      published: () => DEVICES.flatMap((device) => publisher.published(device)?.trackId ?? []),
      send,
    });
  }

  /** Turns a device on or off. Off means off: the camera's light goes out, the microphone's track is silent. */
  async setEnabled(device: Device, enabled: boolean): Promise<void> {
    const { store } = this.#options;
    if (!enabled && device === 'camera') store.stop(device);
    else store.setEnabled(device, enabled);
    await this.#agree(device);
  }

  /** What captures, or will once it is turned on. Another object after a change. */
  get choices(): Readonly<Record<Device, DeviceChoice>> {
    const now = { camera: this.#choice('camera'), microphone: this.#choice('microphone') };
    if (JSON.stringify(now) !== JSON.stringify(this.#shown)) this.#shown = now;
    return this.#shown;
  }

  /**
   * Captures with another device from now on: at once where one captures, muted or not, else the next time. Whoever
   * receives hears nothing of it.
   *
   * @throws {CallError} if it cannot be had; the one before goes on where it can
   */
  async switch(device: Device, choice: DeviceChoice): Promise<void> {
    this.#choices[device] = choice;
    await this.#queues[device].run(() => this.#switch(device));
  }

  /** Publishes a track of the application's, in place of the device's if there was one. */
  async publish(device: Device, track: MediaStreamTrack): Promise<void> {
    if (isDeviceTrack(track)) this.#chooseDeviceOf(device, track);
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
      this.#mutes.known(trackId, true);
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

  /** What the room was told of mutes may have been lost: tells it again. */
  restateMute(): void {
    this.#mutes.restate();
  }

  /** The room did not know a track that was muted. */
  muteUnknown(): void {
    this.#mutes.unknown();
  }

  close(): void {
    this.#mutes.close();
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
    const { store } = this.#options;
    const choice = this.#choices[device];
    const track = await this.#open(device, choice);
    // While the browser asked, the person may have changed their mind, or the application brought a track.
    const now = store.get(device);
    if (!now.enabled || now.track !== undefined) {
      track.stop();
      return now.track;
    }
    this.#chosenBy.set(track, choice);
    this.#put(device, track);
    return track;
  }

  /** What captures now is what was chosen. */
  #chooseDeviceOf(device: Device, track: MediaStreamTrack): void {
    this.#choices[device] = choiceOf(track);
    this.#chosenBy.set(track, this.#choices[device]);
  }

  #choice(device: Device): DeviceChoice {
    const { track } = this.#options.store.get(device);
    return track !== undefined && isDeviceTrack(track) ? choiceOf(track) : this.#choices[device];
  }

  async #switch(device: Device): Promise<void> {
    const { store } = this.#options;
    if (store.closed) throw callEnded();
    const choice = this.#choices[device];
    const before = store.get(device).track;
    // What is off begins with the choice; a later wish may have come true already.
    if (before === undefined || this.#chosenBy.get(before) === choice) return;
    let track: MediaStreamTrack;
    try {
      track = await this.#openInstead(device, choice, before);
    } catch (error) {
      if (this.#choices[device] === choice) this.#chooseDeviceOf(device, before);
      if (store.get(device).track === before && before.readyState === 'ended') {
        store.stop(device);
        await this.#reconcile(device);
      }
      throw error;
    }
    const now = store.get(device);
    if (now.track !== before) {
      // Meanwhile it was turned off, or the application brought a track.
      track.stop();
      return;
    }
    this.#chosenBy.set(track, choice);
    this.#put(device, track, now.enabled);
    await this.#reconcile(device);
    this.#tell(device, 'chosen');
  }

  /** Some phones open one camera at a time. */
  async #openInstead(
    device: Device,
    choice: DeviceChoice,
    before: MediaStreamTrack,
  ): Promise<MediaStreamTrack> {
    try {
      return await this.#open(device, choice);
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== 'device_in_use') throw error;
      before.stop();
      return this.#open(device, choice);
    }
  }

  async #open(device: Device, choice: DeviceChoice): Promise<MediaStreamTrack> {
    const { store, settings } = this.#options;
    const wanted = { ...settings, ...choice };
    const track = await (device === 'camera' ? captureCamera(wanted) : captureMicrophone(wanted));
    if (!store.closed) return track;
    track.stop();
    throw callEnded();
  }

  async #publish(device: Device, track: MediaStreamTrack): Promise<void> {
    const publication = await this.#options.publisher.publish(device, track);
    if (publication.trackId === undefined) return;
    this.#options.listener.published(publication, publication.trackId);
  }

  /** Tells the others whether the device is muted, if they do not know yet. */
  #announce(device: Device): void {
    const { store, publisher, listener } = this.#options;
    const trackId = publisher.published(device)?.trackId;
    const muted = !store.get(device).enabled;
    if (trackId !== undefined && this.#mutes.tell(trackId, muted)) listener.muted(trackId, muted);
  }

  #put(device: Device, track: MediaStreamTrack, enabled = true): void {
    this.#options.store.put(device, track, { enabled, ended: () => void this.#lost(device, track) });
  }

  /** Another device of the kind takes the place of one that is gone; where there is none, it is off. */
  async #lost(device: Device, track: MediaStreamTrack): Promise<void> {
    const { store, error } = this.#options;
    try {
      // What the application made has no other to take its place.
      if (!isDeviceTrack(track)) throw new Error('ended');
      // A later wish holds, which is being fulfilled.
      if (this.#chosenBy.get(track) === this.#choices[device]) this.#choices[device] = {};
      // The track leaves the store; the wish for one stays.
      store.setEnabled(device, store.get(device).enabled);
      await this.#agree(device);
      if (store.get(device).track) this.#tell(device, 'lost');
    } catch (cause) {
      if (store.closed) return;
      store.stop(device);
      error(new CallError('device_lost', lost(device), { cause, device }));
      this.#agree(device).catch(() => undefined);
    }
  }

  #tell(device: Device, reason: DeviceChange['reason']): void {
    const { store, changed } = this.#options;
    const { track } = store.get(device);
    if (track) changed({ device, deviceId: choiceOf(track).deviceId ?? '', label: track.label, reason });
  }
}

function choiceOf(track: MediaStreamTrack): DeviceChoice {
  const { deviceId } = track.getSettings();
  return deviceId ? { deviceId } : {};
}

function lost(device: Device): string {
  return `The ${device} has stopped: it was unplugged, or the browser may not use it any more. Turn it on again.`;
}
