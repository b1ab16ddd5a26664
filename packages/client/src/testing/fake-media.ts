/** As much of a MediaStreamTrack as the SDK touches. */
export class FakeTrack extends EventTarget {
  readonly kind: 'audio' | 'video';
  /** Of the device that it is of, if it is of one. */
  readonly deviceId: string | undefined;
  enabled = true;
  contentHint = '';
  readyState: 'live' | 'ended' = 'live';
  onended: (() => void) | null = null;

  constructor(kind: 'audio' | 'video', deviceId?: string) {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
  }

  get label(): string {
    return this.deviceId ?? '';
  }

  getSettings(): MediaTrackSettings {
    return {
      ...(this.kind === 'video' && { width: 1280, height: 720 }),
      ...(this.deviceId !== undefined && { deviceId: this.deviceId }),
    };
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** The device is pulled out. */
  vanish(): void {
    this.readyState = 'ended';
    this.onended?.();
    this.dispatchEvent(new Event('ended'));
  }

  asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

export class FakeStream {
  readonly #tracks: FakeTrack[];

  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = tracks;
  }

  getTracks(): FakeTrack[] {
    return this.#tracks;
  }

  getVideoTracks(): FakeTrack[] {
    return this.#tracks.filter(({ kind }) => kind === 'video');
  }

  getAudioTracks(): FakeTrack[] {
    return this.#tracks.filter(({ kind }) => kind === 'audio');
  }
}
