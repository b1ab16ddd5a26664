import type { NodeLife } from '@parley/protocol/fleet-messages';
import type { Command, TurnId } from './commands.ts';
import type { Draft } from './draft.ts';
import { endCapture, isOutgoing, orderCapture, recorded, recorderOf, turnId } from './recorder-link.ts';
import { refuseStart, stopRecording } from './recording.ts';
import { tellRecording } from './recording-news.ts';
import {
  MAX_TURNS,
  RECORDING_TIMES,
  type RecorderFailure,
  type RecorderState,
  type RecordingState,
  START_TRIES,
} from './recording-state.ts';
import { TIMES } from './state.ts';

const NOBODY: RecorderFailure = {
  code: 'recording_unavailable',
  message:
    'No recorder is there that takes recordings, or all are full; start one (apps/recorder), or free its disk, and try again.',
};
export const SILENT: RecorderFailure = {
  code: 'recording_unavailable',
  message: 'The recorder did not answer in time; look at its log, and try again.',
};
export const GONE: RecorderFailure = {
  code: 'recording_unavailable',
  message: 'The recorder went away; try again.',
};

/** Whether somebody waits for the recording to begin. */
export function isAwaited({ begun, by }: RecordingState): boolean {
  return !begun && by !== undefined;
}

/** Looks for a recorder, now or after a pause. */
export function seekRecorder(draft: Draft, recording: RecordingState, pause = 0): void {
  recording.searchedSince ??= draft.now;
  if (pause > 0) {
    recording.search = { state: 'waiting', until: draft.now + pause };
    return;
  }
  recording.search = { state: 'asking', since: draft.now };
  draft.emit({ type: 'place-recorder', exclude: [...recording.failed] });
}

/** How long a recorder is waited for: growing with each turn that fails, and not at all while somebody waits. */
function pauseOf(recording: RecordingState): number {
  const again = recording.failures - 1;
  if (isAwaited(recording) || again < 1) return 0;
  return Math.min(TIMES.retryFirst * 2 ** (again - 1), TIMES.retryMost);
}

/** The Fleet chose a recorder: it gets the next epoch. */
export function recorderPlaced(draft: Draft, recorderId: string): void {
  const { recording } = draft.state;
  // A late answer must not make a second authority.
  if (recording?.search.state !== 'asking') return;
  recording.search = { state: 'none' };
  if (isAwaited(recording) && recording.failed.includes(recorderId)) {
    return refuseStart(draft, recording, recording.failure ?? NOBODY);
  }
  recording.lastEpoch += 1;
  const recorder: RecorderState = {
    recorderId,
    epoch: recording.lastEpoch,
    state: 'assigned',
    since: draft.now,
  };
  recording.recorder = recorder;
  draft.emit({ type: 'assign-recorder', ...turnId(recording, recorder), options: recording.options });
}

/** Nobody can record now. */
export function recorderPlacementFailed(draft: Draft): void {
  const { recording } = draft.state;
  if (recording?.search.state !== 'asking') return;
  if (isAwaited(recording)) return refuseStart(draft, recording, recording.failure ?? NOBODY);
  recording.failures += 1;
  seekRecorder(draft, recording, Math.max(pauseOf(recording), TIMES.retryFirst));
}

/** The chosen recorder is gone already. */
export function recorderAssignFailed(draft: Draft, turn: TurnId): void {
  if (recorderOf(draft.state, turn)?.state === 'assigned') turnFailed(draft, GONE);
}

/** A recorder has opened its link, the first time or again: nodes send it what is published from now on. */
export function recorderLinked(draft: Draft, command: Extract<Command, { type: 'recorder-linked' }>): void {
  const { state, now } = draft;
  const { recording } = state;
  const recorder = recorderOf(state, command);
  if (recording === undefined || recorder === undefined) return;
  const { incarnation, target } = command;
  if (recorder.incarnation !== undefined && recorder.incarnation !== incarnation) {
    // Another process would begin to count its segments anew, over those that are there: it needs a turn of its own.
    draft.emit({
      type: 'recorder-send',
      ...turnId(recording, recorder),
      message: { type: 'stop', reason: 'replaced' },
    });
    endCapture(draft, recording);
    return turnFailed(draft, GONE);
  }
  Object.assign(recorder, { state: 'linked', since: now, lookedAt: now, incarnation, target });
  delete recorder.checkAt;
  recording.search = { state: 'none' };
  delete recording.searchedSince;
  replaceOutgoing(draft, recording);
  if (!recording.begun) begin(draft, recording);
  if (recording.turns.at(-1)?.epoch !== recorder.epoch) {
    const turn = { epoch: recorder.epoch, recorderId: recorder.recorderId, at: now };
    recording.turns.push(turn);
    tellRecording(draft, { type: 'turn', recordingId: recording.recordingId, turn });
  }
  const { options, startedAt } = recording;
  const participants = Object.values(state.participants).map(recorded);
  draft.emit({
    type: 'welcome-recorder',
    ...turnId(recording, recorder),
    options,
    startedAt,
    participants,
  });
  for (const { nodeId } of Object.values(state.assignments)) orderCapture(draft, nodeId);
}

/** Another recorder has it now. */
function replaceOutgoing(draft: Draft, recording: RecordingState): void {
  const { outgoing } = recording;
  if (outgoing === undefined) return;
  delete recording.outgoing;
  const message = { type: 'stop', reason: 'replaced' } as const;
  draft.emit({ type: 'recorder-send', ...turnId(recording, outgoing), message });
}

function begin(draft: Draft, recording: RecordingState): void {
  const { recordingId, options, by } = recording;
  const who = by !== undefined && { by };
  recording.begun = true;
  recording.startedAt = draft.now;
  const { startedAt } = recording;
  tellRecording(draft, { type: 'opened', recordingId, options, startedAt, ...who });
  const { roomId } = draft.state;
  draft.record({ type: 'recording-started', roomId, recordingId, startedAt, ...who });
  draft.emit({ type: 'start-answered', recordingId });
}

/** A recorder says that it cannot go on, or never could. One that could takes what it can until another one does. */
export function recorderFailed(
  draft: Draft,
  { code, message, ...turn }: Extract<Command, { type: 'recorder-failed' }>,
): void {
  const { recording } = draft.state;
  const recorder = recorderOf(draft.state, turn);
  if (recording === undefined || recorder === undefined) return;
  if (recorder.state === 'linked') recording.outgoing = recorder;
  turnFailed(draft, { code, message });
}

/** A recorder's link is gone. Media may well flow on, and it is given time to come back; not one that said that it stops. */
export function recorderUnlinked(draft: Draft, turn: TurnId, stopped: boolean): void {
  const { recording } = draft.state;
  if (recording === undefined) return;
  if (isOutgoing(draft.state, turn)) {
    delete recording.outgoing;
    return;
  }
  const recorder = recorderOf(draft.state, turn);
  if (recorder?.state !== 'linked') return;
  recorder.state = 'unlinked';
  recorder.since = draft.now;
  if (stopped) {
    endCapture(draft, recording);
    return turnFailed(draft, GONE);
  }
  recorder.checkAt = draft.now + TIMES.nodeCheck;
  recorder.live = false;
}

/** What the Fleet knows: a dead recorder has had its turn. */
export function recorderChecked(draft: Draft, turn: TurnId, life: NodeLife): void {
  const recorder = recorderOf(draft.state, turn);
  if (recorder?.state !== 'unlinked') return;
  recorder.live = life === 'live';
  if (life === 'dead') turnFailed(draft, GONE);
}

/**
 * The recorder has had its turn: another one is looked for, or the same again where there is no other. One that is only out of
 * reach may record on until then, so nodes are not told.
 */
export function turnFailed(draft: Draft, failure: RecorderFailure): void {
  const { recording } = draft.state;
  const recorder = recording?.recorder;
  if (recording === undefined || recorder === undefined) return;
  const latest = recording.turns.at(-1);
  const hadIt = latest?.epoch === recorder.epoch && draft.now >= latest.at + RECORDING_TIMES.steady;
  delete recording.recorder;
  recording.failure = failure;
  recording.failures = hadIt ? 1 : recording.failures + 1;
  const failed = hadIt ? [] : recording.failed.filter((id) => id !== recorder.recorderId);
  recording.failed = [...failed, recorder.recorderId];
  if (isAwaited(recording) && recording.failures >= START_TRIES)
    return refuseStart(draft, recording, failure);
  if (recording.begun && recording.turns.length >= MAX_TURNS) return stopRecording(draft, 'failed');
  seekRecorder(draft, recording, pauseOf(recording));
}
