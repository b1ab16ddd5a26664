import type { CaptureOrder } from '@parley/protocol/recording/capture';
import type { RecordedParticipant, RoomRecorderMessage } from '@parley/protocol/recording/recorder-link';
import type { TurnId } from './commands.ts';
import type { Draft } from './draft.ts';
import type { RecorderState, RecordingState } from './recording-state.ts';
import type { Assignment, ParticipantState, RoomState } from './state.ts';

/** The recorder whose turn this is; undefined where it is another's, or nobody's. */
export function recorderOf(
  { phase, recording }: RoomState,
  { recordingId, recorderId, epoch }: TurnId,
): RecorderState | undefined {
  if (phase !== 'open' || recording?.recordingId !== recordingId) return undefined;
  const { recorder } = recording;
  return recorder?.recorderId === recorderId && recorder.epoch === epoch ? recorder : undefined;
}

/** Whether this is the turn of a recorder that said that it cannot go on, and has yet to be replaced. */
export function isOutgoing(
  { recording }: Pick<RoomState, 'recording'>,
  { recordingId, recorderId, epoch }: TurnId,
): boolean {
  const { outgoing } = recording ?? {};
  if (recording?.recordingId !== recordingId || outgoing === undefined) return false;
  return outgoing.recorderId === recorderId && outgoing.epoch === epoch;
}

/** A turn of a recording, as messages name it. */
export function turnId({ recordingId }: RecordingState, { recorderId, epoch }: RecorderState): TurnId {
  return { recordingId, recorderId, epoch };
}

/** Somebody in a recording. */
export function recorded({ participantId, name, identity }: ParticipantState): RecordedParticipant {
  return { participantId, name, ...(identity !== undefined && { identity }) };
}

/** Whoever listens: the recorder whose turn it is, and one that has yet to be replaced. */
export function listeners({ recorder, outgoing }: RecordingState): RecorderState[] {
  const linked = recorder?.state === 'linked' ? [recorder] : [];
  return outgoing === undefined ? linked : [...linked, outgoing];
}

/** Tells the recorder, if one listens. */
export function tellRecorder(
  draft: Draft,
  message: Exclude<RoomRecorderMessage, { type: 'welcome' | 'capture' }>,
): void {
  const { recording } = draft.state;
  if (recording === undefined) return;
  for (const recorder of listeners(recording)) {
    draft.emit({ type: 'recorder-send', ...turnId(recording, recorder), message });
  }
}

/** Has a node send its media to the recorder that listens. */
export function orderCapture(draft: Draft, nodeId: string): boolean {
  const order = captureOrder(draft.state.recording);
  return order !== undefined && draft.tellNode(nodeId, { type: 'capture', order });
}

function captureOrder(recording: RecordingState | undefined): CaptureOrder | undefined {
  const [recorder] = recording === undefined ? [] : listeners(recording);
  if (recording === undefined || recorder?.target === undefined) return undefined;
  const { recordingId, options } = recording;
  const { epoch, target } = recorder;
  return { recordingId, epoch, target, audioOnly: options.audioOnly, quality: options.quality };
}

/** Has every node stop sending to the recorder that had the latest turn. */
export function endCapture(draft: Draft, { recordingId, turns }: RecordingState): void {
  const { assignments, recordings } = draft.state;
  const latest = turns.at(-1);
  if (latest === undefined) return;
  recordings.ended = { recordingId, epoch: latest.epoch };
  for (const { nodeId } of Object.values(assignments)) {
    draft.tellNode(nodeId, { type: 'end-capture', ...recordings.ended });
  }
}

/**
 * A node has opened its link: what it captures is brought in line.
 *
 * @param before what was known of the node until then
 */
export function captureOnLink(draft: Draft, nodeId: string, incarnation: string, before: Assignment): void {
  if (before.incarnation !== undefined && before.incarnation !== incarnation) {
    tellRecorder(draft, { type: 'node-gone', nodeId });
  }
  const { ended } = draft.state.recordings;
  if (orderCapture(draft, nodeId) || ended === undefined) return;
  draft.tellNode(nodeId, { type: 'end-capture', ...ended });
}
