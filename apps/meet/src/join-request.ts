/** What the lobby hands over to the call. */
export interface JoinRequest {
  readonly room: string;
  readonly name: string;
  /** The recording of the room that the person was told of, if there was one. */
  readonly toldOfRecording?: string | undefined;
  /** Which devices shall be on. */
  readonly wanted: { readonly camera: boolean; readonly microphone: boolean };
  /** Those that the lobby has started already; they belong to whoever gets this. */
  readonly tracks: {
    readonly camera: MediaStreamTrack | undefined;
    readonly microphone: MediaStreamTrack | undefined;
  };
}
