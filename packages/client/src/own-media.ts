import type { Mute, StopScreenShare } from '@parley/protocol/client-messages';
import type { Grants, Source } from '@parley/protocol/grants';
import { CallError } from './call-error.ts';
import { type CaptureSettings, type DeviceChoice, isDeviceTrack, type ScreenSettings } from './capture.ts';
import { type Device, type DeviceChange, LocalDevices } from './local-devices.ts';
import { type LocalTrack, LocalTrackStore, type LocalTracks } from './local-tracks.ts';
import type { OwnTracksListener } from './own-tracks.ts';
import { ScreenShare } from './screen-share.ts';
import type { TrackSender } from './track-sender.ts';

export interface OwnMediaOptions {
  readonly settings: CaptureSettings;
  readonly publisher: TrackSender;
  readonly listener: OwnTracksListener;
  grants(): Grants;
  /** To the room. */
  mute(message: Mute): void;
  /** To the media node. */
  stopScreen(message: StopScreenShare): void;
  changed(tracks: LocalTracks): void;
  deviceChanged(change: DeviceChange): void;
  error(error: unknown): void;
}

/** All that one sends oneself: camera, microphone and screen, as far as the grants allow. It owns the tracks. */
export class OwnMedia {
  readonly #options: OwnMediaOptions;
  readonly #store: LocalTrackStore;
  readonly #devices: LocalDevices;
  readonly #screen: ScreenShare;

  constructor(options: OwnMediaOptions) {
    this.#options = options;
    const { settings, publisher, listener, mute, stopScreen, changed, deviceChanged, error } = options;
    this.#store = new LocalTrackStore(changed);
    const own = { store: this.#store, publisher, listener };
    this.#devices = new LocalDevices({ ...own, settings, send: mute, changed: deviceChanged, error });
    this.#screen = new ScreenShare({ ...own, send: stopScreen });
  }

  /** Sources that were used so far. Another map after a change. */
  get tracks(): LocalTracks {
    return this.#store.all;
  }

  /** Which devices capture, or will. */
  get choices(): Readonly<Record<Device, DeviceChoice>> {
    return this.#devices.choices;
  }

  /** Whether there is anything to send. */
  get isSending(): boolean {
    return [...this.tracks.values()].some(({ track }) => track !== undefined);
  }

  track(source: Source): LocalTrack {
    return this.#store.get(source);
  }

  /** @throws {CallError} as `Call.setCameraEnabled()` */
  async setEnabled(device: Device, enabled: boolean): Promise<void> {
    if (enabled) this.#demand(device);
    await this.#devices.setEnabled(device, enabled);
  }

  /** @throws {CallError} as `Call.switchDevice()` */
  switchDevice(device: Device, choice: DeviceChoice): Promise<void> {
    return this.#devices.switch(device, choice);
  }

  /** @throws {CallError} as `Call.publish()` */
  async publish(source: Source, track: MediaStreamTrack): Promise<void> {
    this.#demand(source);
    // Another device takes the place of one that was unplugged meanwhile; of the application's own tracks nothing does.
    if (track.readyState === 'ended' && !isDeviceTrack(track)) {
      const message = `The track has ended already. Publish the ${source} with one that is live.`;
      throw new CallError('capture_failed', message);
    }
    if (source === 'camera' || source === 'microphone') await this.#devices.publish(source, track);
    else await this.#screen.publish(source, track);
  }

  /** @throws {CallError} as `Call.startScreenShare()` */
  async startScreenShare(settings?: ScreenSettings): Promise<void> {
    this.#demand('screen');
    await this.#screen.start(settings);
  }

  stopScreenShare(): Promise<void> {
    return this.#screen.stop();
  }

  /** Publishes everything again, in a new media session. */
  republish(): void {
    this.#devices.republish();
    this.#screen.republish().catch(this.#options.error);
  }

  /** A moderator has muted a track: a device is off until it is turned on again, a screen is over. */
  muted(trackId: string, source: Source | undefined): void {
    this.#devices.muted(trackId);
    if (source?.startsWith('screen')) this.stopScreenShare().catch(this.#options.error);
  }

  /** Stops what may no longer be published. */
  giveUp(): void {
    const { grants, error } = this.#options;
    const { publish } = grants();
    for (const device of ['camera', 'microphone'] as const) {
      if (!publish.includes(device)) this.#devices.revoke(device).catch(error);
    }
    if (!publish.includes('screen')) this.stopScreenShare().catch(error);
  }

  /** The room may have missed what is muted. */
  restateMute(): void {
    this.#devices.restateMute();
  }

  /** The room did not know a track that was muted. */
  muteUnknown(): void {
    this.#devices.muteUnknown();
  }

  /** Stops every track. */
  close(): void {
    this.#devices.close();
    this.#store.close();
  }

  #demand(source: Source): void {
    if (this.#store.closed || this.#options.grants().publish.includes(source)) return;
    throw new CallError('publish_not_allowed', `You may not send your ${source} here; ask a moderator.`);
  }
}
