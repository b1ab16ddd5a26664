/** What the lobby hands over to the call. */
export interface JoinRequest {
  readonly room: string;
  readonly name: string;
  /** Which devices shall be on. */
  readonly wanted: { readonly camera: boolean; readonly microphone: boolean };
  /** Those that the lobby has started already; they belong to whoever gets this. */
  readonly tracks: {
    readonly camera: MediaStreamTrack | undefined;
    readonly microphone: MediaStreamTrack | undefined;
  };
}
