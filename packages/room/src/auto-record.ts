import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { Draft } from './draft.ts';
import { stopRecording } from './recording.ts';
import { RECORDING_TIMES } from './recording-state.ts';
import type { RoomState } from './state.ts';

/** What the room is to do by itself has changed, or somebody is there for whom it does. */
export function checkAutoRecord(draft: Draft): void {
  const { state, now } = draft;
  const { recordings } = state;
  if (!isAutoDue(state)) {
    delete recordings.autoAskedAt;
    return;
  }
  const { autoAskedAt } = recordings;
  if (autoAskedAt !== undefined && now < autoAskedAt + RECORDING_TIMES.autoAgain) return;
  recordings.autoAskedAt = now;
  draft.emit({ type: 'auto-record' });
}

/** Whether the room should begin a recording by itself now. */
export function isAutoDue({ phase, settings, recording, recordings, participants }: RoomState): boolean {
  if (phase === 'closed' || settings.autoRecord === undefined || recording !== undefined) return false;
  return recordings.autoStopped === undefined && Object.keys(participants).length > 0;
}

/** The room records by itself from now on, otherwise, or no longer. What goes on keeps its options. */
export function setAutoRecord(draft: Draft, options: RecordingOptions | null): void {
  const { settings, recording, recordings } = draft.state;
  delete recordings.autoStopped;
  if (options === null) {
    delete settings.autoRecord;
    if (recording !== undefined && recording.by === undefined) stopRecording(draft, 'stopped');
    return;
  }
  settings.autoRecord = options;
  checkAutoRecord(draft);
}
