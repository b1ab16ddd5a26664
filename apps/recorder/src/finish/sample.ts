/** A frame of video or a packet of sound, encoded. */
export interface Sample {
  /** When it is shown or heard, milliseconds since the epoch on the recording's clock. */
  at: number;
  /** How long, milliseconds. */
  ms: number;
  /** Whether it can be decoded by itself. */
  key: boolean;
  data: Uint8Array;
}
