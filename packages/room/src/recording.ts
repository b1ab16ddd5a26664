import type { ModeratedBy } from '@parley/protocol/moderation';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { isSame, type Refusal } from './admission.ts';
import { checkAutoRecord, isAutoDue } from './auto-record.ts';
import { isBanned } from './bans.ts';
import type { RecordingCommand } from './commands.ts';
import type { Draft } from './draft.ts';
import type { TokenModerator } from './moderation.ts';
import { endCapture, tellRecorder } from './recorder-link.ts';
import {
  isAwaited,
  recorderAssignFailed,
  recorderChecked,
  recorderFailed,
  recorderLinked,
  recorderPlaced,
  recorderPlacementFailed,
  recorderUnlinked,
  seekRecorder,
} from './recorder-turns.ts';
import { checkTurn, turnWakes } from './recorder-watch.ts';
import { recordingTold, tellAgain, tellRecording } from './recording-news.ts';
import {
  RECORDING_TIMES,
  type RecorderFailure,
  type RecordingState,
  type StopReason,
} from './recording-state.ts';
import { type RoomState, TIMES } from './state.ts';

/** Something happens to the room's recording. */
export function recordingCommand(draft: Draft, command: RecordingCommand): void {
  switch (command.type) {
    case 'start-recording':
      return startRecording(draft, command);
    case 'stop-recording':
      return stopByHand(draft, command.by);
    case 'auto-record': {
      const { autoRecord } = draft.state.settings;
      if (!isAutoDue(draft.state) || autoRecord === undefined) return;
      return prepare(draft, command.recordingId, autoRecord);
    }
    case 'recorder-placed':
      return recorderPlaced(draft, command.recorderId);
    case 'recorder-placement-failed':
      return recorderPlacementFailed(draft);
    case 'recorder-assign-failed':
      return recorderAssignFailed(draft, command);
    case 'recorder-linked':
      return recorderLinked(draft, command);
    case 'recorder-failed':
      return recorderFailed(draft, command);
    case 'recorder-unlinked':
      return recorderUnlinked(draft, command, command.stopped);
    case 'recorder-checked':
      return recorderChecked(draft, command, command.life);
    case 'recording-told':
      return recordingTold(draft, command.number, command.heard);
    default:
      command satisfies never;
  }
}

/** Why a start comes to nothing; undefined when a recorder is looked for. */
export function startRefusal({ recording }: RoomState): Refusal | undefined {
  // What the room has in mind by itself, and no recorder takes, is in nobody's way.
  if (recording === undefined || (!recording.begun && recording.by === undefined)) return undefined;
  const { recordingId } = recording;
  return ['recording_active', `Recording ${recordingId} goes on; stop it before you start another.`];
}

/** Why a stop comes to nothing. */
export function stopRefusal({ recording }: RoomState): Refusal | undefined {
  if (recording?.begun) return undefined;
  return ['recording_inactive', 'Start a recording first: POST /api/rooms/ID/recording/start.'];
}

/** Why a participant's token may not record over the API: what the room has taken from its identity counts there too. */
export function recordRefusal(state: RoomState, token: TokenModerator, now: number): Refusal | undefined {
  if (isBanned(state, token, undefined, now)) {
    return ['banned', 'You are banned from this room; a moderator can end that.'];
  }
  const present = Object.values(state.participants).find((one) => isSame(one, token));
  if ((present ?? token).grants.record) return undefined;
  return ['forbidden', 'You may not record here; ask whoever runs the room.'];
}

function startRecording(
  draft: Draft,
  { recordingId, options, by }: Extract<RecordingCommand, { type: 'start-recording' }>,
): void {
  const { state } = draft;
  if (state.phase === 'closed' || startRefusal(state) !== undefined) return;
  prepare(draft, recordingId, options, by);
}

/** A recording is to begin: once a recorder says hello, everybody is told. */
function prepare(draft: Draft, recordingId: string, options: RecordingOptions, by?: ModeratedBy): void {
  const { state, now } = draft;
  delete state.recordings.autoAskedAt;
  const recording: RecordingState = {
    recordingId,
    options,
    startedAt: now,
    ...(by !== undefined && { by }),
    begun: false,
    turns: [],
    lastEpoch: 0,
    search: { state: 'none' },
    failures: 0,
    failed: [],
  };
  state.recording = recording;
  seekRecorder(draft, recording);
}

/** A start has come to nothing: it was never there. */
export function refuseStart(draft: Draft, { recordingId }: RecordingState, failure: RecorderFailure): void {
  delete draft.state.recording;
  draft.emit({ type: 'start-answered', recordingId, failure });
  checkAutoRecord(draft);
}

function stopByHand(draft: Draft, by: ModeratedBy): void {
  if (stopRefusal(draft.state) !== undefined) return;
  // Else the room would begin again at once.
  if (draft.state.settings.autoRecord !== undefined) draft.state.recordings.autoStopped = true;
  stopRecording(draft, 'stopped', by);
}

/** The recording is over: nodes and recorder stop, its memory and everybody in the room are told. */
export function stopRecording(draft: Draft, reason: StopReason, by?: ModeratedBy): void {
  const { state, now } = draft;
  const { recording } = state;
  if (recording === undefined) return;
  const { recordingId, begun } = recording;
  endCapture(draft, recording);
  tellRecorder(draft, { type: 'stop', reason: 'stopped' });
  if (isAwaited(recording)) {
    const message = 'The room was closed, or nobody is in it; try again when somebody is.';
    return refuseStart(draft, recording, { code: 'recording_unavailable', message });
  }
  delete state.recording;
  if (begun) {
    const { roomId } = state;
    draft.record({ type: 'recording-stopped', roomId, recordingId, reason, ...(by !== undefined && { by }) });
    tellRecording(draft, { type: 'stopped', recordingId, at: now, reason });
  }
  checkAutoRecord(draft);
}

/** When there is something to do about recordings by time alone. */
export function recordingWakes({ recording, recordings, emptySince }: RoomState): number[] {
  const times: number[] = [];
  const { tellAt, autoAskedAt } = recordings;
  if (tellAt !== undefined) times.push(tellAt);
  if (autoAskedAt !== undefined) times.push(autoAskedAt + RECORDING_TIMES.autoAgain);
  if (recording === undefined) return times;
  if (isAwaited(recording)) times.push(recording.startedAt + RECORDING_TIMES.start);
  else if (emptySince !== undefined) times.push(abandonedAt(recording, emptySince));
  return [...times, ...turnWakes(recording)];
}

/** When a recording of nobody ends. One that was started in an empty room has as long as one that was left. */
function abandonedAt({ startedAt }: RecordingState, emptySince: number): number {
  return Math.max(emptySince, startedAt) + TIMES.release;
}

/** Does what has come due of {@link recordingWakes}. */
export function checkRecording(draft: Draft): void {
  const { state, now } = draft;
  tellAgain(draft);
  const { recording, emptySince } = state;
  if (recording !== undefined) {
    if (isAwaited(recording)) {
      if (now >= recording.startedAt + RECORDING_TIMES.start) {
        const message = 'No recorder was ready in time; look at the log of the recorder, and try again.';
        refuseStart(draft, recording, recording.failure ?? { code: 'recording_unavailable', message });
      }
    } else if (emptySince !== undefined && now >= abandonedAt(recording, emptySince)) {
      stopRecording(draft, 'empty');
    }
  }
  // One that has just begun, or ended, is not looked at.
  if (recording !== undefined && state.recording === recording) checkTurn(draft, recording);
  checkAutoRecord(draft);
}
