import type { TimeSpan } from '@parley/protocol/recording/manifest';
import type { RecordingFile } from '@parley/protocol/recording/recorder-api';

/** Where a finisher takes segments from and puts what it makes. Paths are those below the recording's folder or prefix. */
export interface FinishIo {
  /**
   * A local file that holds what is stored there, its name absolute; undefined when nothing is stored there, which is
   * stated as missing.
   *
   * @throws when that cannot be told now: the attempt fails, and another may help.
   */
  read(file: string): Promise<string | undefined>;
  /** The local file is needed no longer: what was fetched for {@link read} may be removed. */
  release(file: string): void;
  /**
   * Stores a local file, in place of what may be there, and leaves the local one: a hard link will do on the same disk.
   *
   * @throws when that is impossible now.
   */
  put(local: string, file: string): Promise<void>;
}

/** What finishing depends on beside the plan. */
export interface FinishSettings {
  /**
   * Folder of this recording's unfinished work, absolute, made if need be. It outlives whatever happens to the finisher: the next attempt goes on
   * with what it finds. Whoever started the finisher removes it once the recording is finished.
   */
  scratch: string;
  /** `recording.format`. */
  format: 'webm' | 'mp4';
  /** `recording.video_bitrate`, bit/s. */
  videoBitrate: number;
  /** `recording.audio_bitrate`, bit/s. */
  audioBitrate: number;
  /** `performance.hardware_acceleration`. */
  hardwareAcceleration: boolean;
}

/** What became of a recording. */
export interface Finished {
  files: RecordingFile[];
  /** What was in the plan and could not be read, merged, at most 100. */
  missing: TimeSpan[];
}

/** Why a recording is not finished. */
export class FinishFailed extends Error {
  /** Whether another attempt may help. */
  readonly again: boolean;

  constructor(message: string, again: boolean) {
    super(message);
    this.name = 'FinishFailed';
    this.again = again;
  }
}
