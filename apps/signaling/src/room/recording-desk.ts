import type { ModeratedBy } from '@parley/protocol/moderation';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { Recording } from '@parley/protocol/rest';
import type { TokenModerator } from '@parley/room/moderation';
import { recordRefusal, startRefusal, stopRefusal } from '@parley/room/recording';
import { makeRecordingId } from '../api/room-ids.ts';
import { failure, type Result, success } from '../result.ts';
import { shownRecording } from './recording-memory.ts';
import type { RoomKeeper } from './room-keeper.ts';

/** Who asks for something about recordings: see `RoomObject.moderate`. */
export interface Recordist {
  by: ModeratedBy;
  token?: TokenModerator;
}

/** Starts and stops a room's recordings for callers of the API, who may. */
export class RecordingDesk {
  readonly #room: RoomKeeper;

  constructor(room: RoomKeeper) {
    this.#room = room;
  }

  /** Starts to record, and waits until a recorder does. Undefined when there is no room. */
  async start(options: RecordingOptions, { by, token }: Recordist): Promise<Result<Recording> | undefined> {
    const { state } = this.#room;
    if (state === undefined) return undefined;
    const refusal = (token && recordRefusal(state, token, Date.now())) ?? startRefusal(state);
    if (refusal !== undefined) return failure(...refusal);
    const recordingId = makeRecordingId(state.roomId);
    const failed = await this.#room.starts.wait(recordingId, () =>
      this.#room.do({ type: 'start-recording', recordingId, options, by }),
    );
    // Whatever a recorder calls it, the caller is told that there is no recording, and in the recorder's words why.
    if (failed !== undefined) return failure('recording_unavailable', failed.message);
    // Whoever asks for the recording next is shown it as this answer says it is.
    await this.#room.told();
    const { recording } = this.#room.state ?? {};
    if (recording?.recordingId === recordingId) return success(shownRecording(state, recording));
    return failure(
      'recording_inactive',
      'The recording has begun, and is over already; GET /api/recordings/ID shows it.',
    );
  }

  /** Stops the recording. Undefined when there is no room. */
  async stop({ by, token }: Recordist): Promise<Result<Recording> | undefined> {
    const { state } = this.#room;
    if (state === undefined) return undefined;
    const refusal = (token && recordRefusal(state, token, Date.now())) ?? stopRefusal(state);
    if (refusal !== undefined) return failure(...refusal);
    const { recording } = state;
    if (recording === undefined) return undefined;
    await this.#room.do({ type: 'stop-recording', by });
    await this.#room.told();
    return success(shownRecording(state, recording, Date.now()));
  }
}
