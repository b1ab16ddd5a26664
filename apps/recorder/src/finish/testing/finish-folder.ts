import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FinishPlan, PlannedTrack } from '@parley/protocol/recording/recorder-api';
import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { finish } from '../finish.ts';
import type { Finished, FinishIo, FinishSettings } from '../finish-io.ts';

/** When test recordings begin, milliseconds since the epoch. */
export const START = 1_700_000_000_000;

/** A recording's folder on disk, and who finishes it in this process. */
export class FinishFolder {
  readonly folder: string;
  readonly io: FinishIo;
  readonly settings: FinishSettings;
  readonly progress: number[] = [];
  /** Hears of progress as it is made. */
  onProgress: ((done: number) => void) | undefined;

  private constructor(folder: string, settings: Partial<FinishSettings>) {
    this.folder = folder;
    this.settings = {
      scratch: path.join(folder, 'scratch'),
      format: 'webm',
      videoBitrate: 1_000_000,
      audioBitrate: 64_000,
      hardwareAcceleration: true,
      ...settings,
    };
    this.io = {
      read: async (file) => (existsSync(this.path(file)) ? this.path(file) : undefined),
      release: () => {},
      put: async (local, file) => {
        await mkdir(path.dirname(this.path(file)), { recursive: true });
        await copyFile(local, this.path(file));
      },
    };
  }

  static async make(settings: Partial<FinishSettings> = {}): Promise<FinishFolder> {
    return new FinishFolder(await mkdtemp(path.join(os.tmpdir(), 'parley-finish-')), settings);
  }

  path(file: string): string {
    return path.join(this.folder, file);
  }

  finish(plan: FinishPlan, signal = new AbortController().signal): Promise<Finished> {
    const report = (done: number) => {
      this.progress.push(done);
      this.onProgress?.(done);
    };
    return finish(plan, this.settings, this.io, report, signal);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** A plan of tracks; everybody whose track it is was there all the time. */
export function planOf(tracks: PlannedTrack[], options: Partial<RecordingOptions> = {}): FinishPlan {
  const ids = [...new Set(tracks.map((track) => track.participantId))];
  const ends = tracks.flatMap(({ pieces }) =>
    pieces.map(({ at, rate, segment }) => at + ((segment.rtpTo - segment.rtpFrom) / rate) * 1000),
  );
  const stoppedAt = Math.max(START + 1000, ...ends);
  return {
    recordingId: 'recording',
    roomId: 'room',
    options: RecordingOptions.parse(options),
    startedAt: START,
    stoppedAt,
    participants: ids.map((participantId) => ({
      participantId,
      name: `Name of ${participantId}`,
      from: START,
    })),
    tracks,
    gaps: [],
  };
}
