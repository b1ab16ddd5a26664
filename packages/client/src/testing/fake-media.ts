/** As much of a MediaStreamTrack as the SDK touches. */
export class FakeTrack {
  readonly kind: 'audio' | 'video';
  enabled = true;
  contentHint = '';
  readyState: 'live' | 'ended' = 'live';
  onended: (() => void) | null = null;

  constructor(kind: 'audio' | 'video') {
    this.kind = kind;
  }

  getSettings(): MediaTrackSettings {
    return this.kind === 'video' ? { width: 1280, height: 720 } : {};
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** The device is pulled out. */
  vanish(): void {
    this.readyState = 'ended';
    this.onended?.();
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
