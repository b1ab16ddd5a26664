import { createHash } from 'node:crypto';
import type { Segment } from '@parley/protocol/recording/manifest';
import type { FinishPlan, Piece, PlannedTrack } from '@parley/protocol/recording/recorder-api';
import type { MediaKind } from '@parley/protocol/track';

/** A segment's place on the recording's line of time. Times are milliseconds since the epoch. */
export interface PlacedPiece {
  segment: Segment;
  /** Lower case, as `vp8` or `opus`. */
  codec: string;
  /** Of its first frame. */
  from: number;
  /** Where it ends, or where its frames are used no longer. */
  to: number;
  /** Whether frames at its end are not used. */
  cut: boolean;
  /** How much longer a second of it lasts than its own times say: the clock it was captured with drifts. */
  stretch: number;
  /** Whether it goes on where the piece before ended, so that its first frames can be decoded. */
  continues: boolean;
}

/** All that goes into one file of somebody: a camera with its microphone, or a screen with its sound. */
export interface Take {
  kind: 'participant' | 'screen';
  participantId: string;
  /** What its files are called, without an ending. */
  name: string;
  video: PlacedPiece[];
  audio: PlacedPiece[];
}

/** RTP units in a second, as their payload formats have it (RFC 7587 §4.1, RFC 7741 §4.1). */
export const CLOCK_RATES: Record<MediaKind, number> = { audio: 48_000, video: 90_000 };

const SAFE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A participant's id as part of a file's name. */
function fileKey(participantId: string): string {
  if (SAFE.test(participantId)) return participantId;
  return createHash('sha256').update(participantId).digest('hex').slice(0, 16);
}

/** The takes of a plan, in the order in which they begin. Whoever gave nothing has none. */
export function planTakes(plan: FinishPlan): Take[] {
  const takes = new Map<string, PlannedTrack[]>();
  for (const track of plan.tracks) {
    const kind = track.source === 'camera' || track.source === 'microphone' ? 'participant' : 'screen';
    const name = `${kind}-${fileKey(track.participantId)}`;
    const tracks = takes.get(name);
    if (tracks) tracks.push(track);
    else takes.set(name, [track]);
  }
  return [...takes]
    .flatMap(([name, tracks]): Take[] => {
      const [first] = tracks;
      if (!first) return [];
      return [
        {
          kind: name.startsWith('participant-') ? 'participant' : 'screen',
          participantId: first.participantId,
          name,
          video: placePieces(tracks.filter((track) => track.kind === 'video')),
          audio: placePieces(tracks.filter((track) => track.kind === 'audio')),
        },
      ];
    })
    .filter((take) => take.video.length + take.audio.length > 0)
    .sort((a, b) => takeSpan(a).from - takeSpan(b).from || (a.name < b.name ? -1 : 1));
}

/** When a take begins and ends by its plan. */
export function takeSpan(take: Take): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const piece of [...take.video, ...take.audio]) {
    from = Math.min(from, piece.from);
    to = Math.max(to, piece.to);
  }
  return { from, to };
}

/**
 * Pieces of tracks that follow each other on one line, of which no two are at the same time: where one track begins
 * while another still lasts, the later one counts until it ends.
 */
export function placePieces(tracks: PlannedTrack[]): PlacedPiece[] {
  const lines = tracks
    .filter((track) => track.pieces.length > 0)
    .map((track) => track.pieces.map((piece) => place(track, piece)))
    .sort((a, b) => (a[0]?.from ?? 0) - (b[0]?.from ?? 0));
  const placed: PlacedPiece[] = [];
  for (const [index, line] of lines.entries()) {
    const later = lines.slice(index + 1).map(spanOf);
    for (const piece of line) {
      let { to } = piece;
      let hidden = false;
      for (const span of later) {
        if (span.from <= piece.from && piece.from < span.to) hidden = true;
        else if (span.from > piece.from) to = Math.min(to, span.from);
      }
      if (!hidden && to > piece.from) placed.push({ ...piece, to, cut: piece.cut || to < piece.to });
    }
  }
  placed.sort(
    (a, b) => a.from - b.from || a.segment.epoch - b.segment.epoch || a.segment.index - b.segment.index,
  );
  return placed.map((piece, index) => ({ ...piece, continues: goesOn(placed[index - 1], piece) }));
}

function place(track: PlannedTrack, piece: Piece): PlacedPiece {
  const { segment, at, rate } = piece;
  const end = at + ((segment.rtpTo - segment.rtpFrom) / rate) * 1000;
  return {
    segment,
    codec: (track.mimeType.split('/')[1] ?? '').toLowerCase(),
    from: at,
    to: Math.min(end, piece.until ?? end),
    cut: piece.until !== undefined && piece.until < end,
    stretch: CLOCK_RATES[track.kind] / rate,
    continues: false,
  };
}

function spanOf(line: PlacedPiece[]): { from: number; to: number } {
  return {
    from: line[0]?.from ?? 0,
    to: line.reduce((to, piece) => Math.max(to, piece.to), Number.NEGATIVE_INFINITY),
  };
}

/** A later piece of the same track may need the frames before it, unless some of these are not used. */
function goesOn(before: PlacedPiece | undefined, piece: PlacedPiece): boolean {
  if (!before || before.cut) return false;
  const [a, b] = [before.segment, piece.segment];
  return a.trackId === b.trackId && a.epoch === b.epoch && a.index + 1 === b.index;
}
