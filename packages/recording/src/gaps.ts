import type { TrackGap } from '@parley/protocol/recording/manifest';
import type { RecordingGap } from '@parley/protocol/rest';
import { union } from './spans.ts';

/** Most gaps that are shown of a recording. */
export const MAX_SHOWN_GAPS = 200;

/**
 * The gaps of a recording as they are shown: by participant, those of its tracks that overlap as one. Who mutes itself leaves none.
 * Of too many the longest are shown.
 */
export function shownGaps({
  tracks,
  gaps,
}: {
  tracks: readonly { trackId: string; participantId: string }[];
  gaps: readonly TrackGap[];
}): RecordingGap[] {
  const owners = new Map(tracks.map(({ trackId, participantId }) => [trackId, participantId]));
  const unwanted = gaps.flatMap(({ trackId, reason, from, to }) =>
    reason === 'muted' ? [] : [{ participantId: owners.get(trackId), reason, from, to }],
  );
  const byOwner = Map.groupBy(unwanted, ({ participantId, reason }) => `${reason} ${participantId ?? ''}`);
  const shown = [...byOwner.values()].flatMap((same) => {
    const { participantId, reason } = same[0] ?? {};
    if (reason === undefined) return [];
    return union(same).map((span) => ({
      ...span,
      reason,
      ...(participantId !== undefined && { participantId }),
    }));
  });
  return longest(shown).sort((a, b) => a.from - b.from);
}

function longest(gaps: RecordingGap[]): RecordingGap[] {
  if (gaps.length <= MAX_SHOWN_GAPS) return gaps;
  return gaps.sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MAX_SHOWN_GAPS);
}
