import type { RecordedTrack } from '@parley/protocol/recording/manifest';
import { SEGMENT_SECONDS, type TrackGap } from '@parley/protocol/recording/manifest';
import type { FinishPlan, Piece, PlannedTrack } from '@parley/protocol/recording/recorder-api';
import { attendances } from './attendance.ts';
import type { RecordingEnd, RecordingFacts } from './facts.ts';
import type { Manifest, SeenGap } from './manifest.ts';
import { without } from './spans.ts';

/** A shorter time without media is none to speak of, ms. */
export const SHORTEST_GAP = 100;

/** A recorder that dies loses what is in its open segment: a track that ends so near to the end of all may have gone on, ms. */
const UNSURE = (SEGMENT_SECONDS + 5) * 1000;

/** A recording that is over. */
export type StoppedFacts = RecordingFacts & { stopped: RecordingEnd };

/** When a piece ends, as its segment says, milliseconds since the epoch. */
export function endOf({ at, rate, segment: { rtpFrom, rtpTo } }: Piece): number {
  return at + ((rtpTo - rtpFrom) / rate) * 1000;
}

/** When the part of a piece that is used ends, milliseconds since the epoch. */
export function usedUntil(piece: Piece): number {
  return Math.min(endOf(piece), piece.until ?? Number.POSITIVE_INFINITY);
}

/** What a finisher makes of a recording that is over. */
export function finishPlan(facts: StoppedFacts, manifest: Manifest): FinishPlan {
  const byTrack = piecesByTrack(manifest);
  const { recordingId, roomId, options, startedAt, stopped } = facts;
  return {
    recordingId,
    roomId,
    options,
    startedAt,
    stoppedAt: stopped.at,
    participants: attendances(manifest.participants, facts.turns),
    tracks: byTrack.flatMap(plannedTracks),
    gaps: gapsOf(byTrack, manifest.gaps, stopped),
  };
}

/** A track as one recorder took it, with what of it is used. */
interface TrackOfEpoch {
  track: RecordedTrack;
  /** From here on a later epoch has it, milliseconds since the epoch. */
  until: number;
  pieces: Piece[];
}

/**
 * The pieces of every track, by epoch, in order: from its first frame on a later epoch has everything. A segment of a track
 * that nobody has described cannot be placed in time and is left out.
 */
function piecesByTrack({ tracks, segments }: Manifest): TrackOfEpoch[][] {
  const bySegment = Map.groupBy(segments, ({ trackId, epoch }) => `${epoch} ${trackId}`);
  return [...Map.groupBy(tracks, ({ trackId }) => trackId).values()].map((ofTrack) => {
    const epochs = ofTrack
      .sort((a, b) => a.epoch - b.epoch)
      .map((track): TrackOfEpoch => {
        const { rtp, at, rate } = track.clock;
        const own = (bySegment.get(`${track.epoch} ${track.trackId}`) ?? []).sort(
          (a, b) => a.index - b.index,
        );
        const pieces = own.map((segment) => ({
          segment,
          at: at + ((segment.rtpFrom - rtp) / rate) * 1000,
          rate,
        }));
        return { track, until: Number.POSITIVE_INFINITY, pieces };
      });
    let until = Number.POSITIVE_INFINITY;
    for (const epoch of epochs.toReversed()) {
      const first = epoch.pieces[0]?.at ?? until;
      epoch.until = until;
      epoch.pieces = epoch.pieces
        .filter(({ at }) => at < until)
        .map((piece) => (endOf(piece) > until ? { ...piece, until } : piece));
      until = Math.min(until, first);
    }
    return epochs;
  });
}

/** A track whose codec was another in another epoch is as several. */
function plannedTracks(epochs: readonly TrackOfEpoch[]): PlannedTrack[] {
  return [...Map.groupBy(epochs, ({ track }) => track.mimeType).values()].flatMap((same) => {
    const pieces = same.flatMap((epoch) => epoch.pieces);
    const track = same[0]?.track;
    if (track === undefined || pieces.length === 0) return [];
    const { trackId, participantId, kind, source, mimeType } = track;
    return [{ trackId, participantId, kind, source, mimeType, pieces }];
  });
}

/** What recorders said of gaps, and those that they could not know of: between them, and where segments never came. */
function gapsOf(
  tracks: readonly TrackOfEpoch[][],
  seen: readonly SeenGap[],
  stopped: RecordingEnd,
): TrackGap[] {
  const ofTrack = Map.groupBy(seen, ({ trackId }) => trackId);
  const ends = tracks.flatMap((epochs) => epochs.flatMap(({ pieces }) => pieces.map(usedUntil)));
  const lastEnd = ends.reduce((latest, end) => Math.max(latest, end), 0);
  const gaps = tracks.flatMap((epochs) => {
    const trackId = epochs[0]?.track.trackId ?? '';
    const told = (ofTrack.get(trackId) ?? []).flatMap(({ epoch, ...gap }) => {
      // What an older recorder missed is no gap where a newer one has it.
      const until = epochs.find(({ track }) => track.epoch === epoch)?.until ?? Number.POSITIVE_INFINITY;
      const to = Math.min(gap.to, until);
      return to > gap.from ? [{ ...gap, to }] : [];
    });
    const untold = (from: number, to: number): TrackGap[] =>
      without({ from, to }, told)
        .filter((span) => span.to - span.from >= SHORTEST_GAP)
        .map((span) => ({ ...span, trackId, reason: 'recorder' }));
    const pieces = epochs.flatMap((epoch) => epoch.pieces);
    const between = pieces.flatMap((piece, index) => {
      const before = pieces[index - 1];
      if (before === undefined || follows(before, piece)) return [];
      return untold(usedUntil(before), piece.at);
    });
    const [begun, first] = [epochs[0]?.track, pieces[0]];
    // Whoever saw it begin went before it had closed anything.
    const isLate = begun !== undefined && first !== undefined && begun.epoch < first.segment.epoch;
    const missed = isLate && begun.clock.at < first.at ? untold(begun.clock.at, first.at) : [];
    const last = pieces.at(-1);
    // Nobody took over: what was still there when the recorder went is missing until the end.
    const wasThere = stopped.reason === 'failed' && last !== undefined && usedUntil(last) > lastEnd - UNSURE;
    return [...told, ...missed, ...between, ...(wasThere ? untold(usedUntil(last), stopped.at) : [])];
  });
  return gaps.sort((a, b) => a.from - b.from);
}

/** Whether a recorder closed one segment and opened the other: time between them is of the track. */
function follows({ segment: a }: Piece, { segment: b }: Piece): boolean {
  return a.epoch === b.epoch && b.index === a.index + 1;
}
