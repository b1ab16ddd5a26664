import type { Draft } from './draft.ts';
import { RECORDING_TIMES, type RecordingNews } from './recording-state.ts';

type Unnumbered<N> = N extends RecordingNews ? Omit<N, 'number'> : never;

/**
 * Has the recording's memory hear of something, behind whatever it has not heard yet. Of a room that ends it stays in the state: the
 * shell tells it, since there is no room to tell it again.
 */
export function tellRecording(draft: Draft, news: Unnumbered<RecordingNews>): void {
  const { recordings } = draft.state;
  recordings.lastNews += 1;
  recordings.untold.push({ ...news, number: recordings.lastNews });
  if (recordings.untold.length === 1 && draft.state.phase === 'open') tellFirst(draft);
}

function tellFirst(draft: Draft): void {
  const { recordings } = draft.state;
  const [news] = recordings.untold;
  delete recordings.tellAt;
  if (news === undefined) return;
  recordings.tellAt = draft.now + RECORDING_TIMES.tellAgain;
  draft.emit({ type: 'tell-recording', news });
}

/** Some news was heard, or was not: then it is told again after a while. */
export function recordingTold(draft: Draft, number: number, heard: boolean): void {
  const { recordings } = draft.state;
  if (!heard || recordings.untold[0]?.number !== number) return;
  recordings.untold.shift();
  tellFirst(draft);
}

/** Tells again what may not have been heard. */
export function tellAgain(draft: Draft): void {
  const { tellAt } = draft.state.recordings;
  if (tellAt !== undefined && draft.now >= tellAt) tellFirst(draft);
}
