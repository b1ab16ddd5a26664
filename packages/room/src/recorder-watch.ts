import type { Draft } from './draft.ts';
import { turnId } from './recorder-link.ts';
import { GONE, SILENT, seekRecorder, turnFailed } from './recorder-turns.ts';
import { stopRecording } from './recording.ts';
import { RECORDING_TIMES, type RecorderState, type RecordingState } from './recording-state.ts';
import { TIMES } from './state.ts';

/** When a recording without a recorder, or with one that says nothing, needs something done. */
export function turnWakes({ recorder, search, begun, searchedSince, by }: RecordingState): number[] {
  const times: number[] = [];
  if (search.state === 'asking') times.push(search.since + TIMES.placement);
  if (search.state === 'waiting') times.push(search.until);
  if (begun && searchedSince !== undefined) times.push(searchedSince + RECORDING_TIMES.unrecorded);
  if (recorder === undefined) return times;
  const { state, since, lookedAt, checkAt } = recorder;
  if (state === 'assigned') times.push(since + linkOpen(begun, by !== undefined));
  if (state === 'linked') times.push((lookedAt ?? since) + RECORDING_TIMES.look);
  if (state === 'unlinked' && checkAt !== undefined) times.push(checkAt);
  return times;
}

function linkOpen(begun: boolean, byHand: boolean): number {
  return begun || !byHand ? RECORDING_TIMES.linkOpen : RECORDING_TIMES.awaitedLinkOpen;
}

/** Does what has come due of {@link turnWakes}. */
export function checkTurn(draft: Draft, recording: RecordingState): void {
  const { now } = draft;
  const { search, recorder, searchedSince, begun, by } = recording;
  if (begun && searchedSince !== undefined && now >= searchedSince + RECORDING_TIMES.unrecorded) {
    return stopRecording(draft, 'failed');
  }
  const overdue = search.state === 'asking' && now >= search.since + TIMES.placement;
  const paused = search.state === 'waiting' && now >= search.until;
  if (overdue || paused) seekRecorder(draft, recording);
  if (recorder === undefined) return;
  switch (recorder.state) {
    case 'assigned':
      if (now >= recorder.since + linkOpen(begun, by !== undefined)) turnFailed(draft, SILENT);
      return;
    case 'linked':
      // The shell has looked before it said so.
      if (now >= (recorder.lookedAt ?? recorder.since) + RECORDING_TIMES.look) recorder.lookedAt = now;
      return;
    case 'unlinked':
      return checkRecorder(draft, recording, recorder);
    default:
      recorder.state satisfies never;
  }
}

/** Asks the Fleet about a recorder whose link is gone; one that is gone for too long has had its turn. */
function checkRecorder(draft: Draft, recording: RecordingState, recorder: RecorderState): void {
  const { now } = draft;
  const { since, checkAt, live, incarnation } = recorder;
  if (checkAt === undefined || now < checkAt) return;
  const givenUpAt = since + (live ? TIMES.liveLinkLost : TIMES.linkLost);
  if (now >= givenUpAt) return turnFailed(draft, GONE);
  const pause = Math.min(Math.max(TIMES.nodeCheck, now - since), TIMES.nodeCheckMost);
  recorder.checkAt = Math.min(now + pause, givenUpAt);
  draft.emit({ type: 'check-recorder', ...turnId(recording, recorder), incarnation });
}
