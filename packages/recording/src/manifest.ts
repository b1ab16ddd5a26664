import type {
  Attendance,
  ManifestPart,
  RecordedTrack,
  Segment,
  TrackGap,
} from '@parley/protocol/recording/manifest';
import type { Turn } from './facts.ts';

/** How long somebody was there, as the recorder of an epoch saw it. */
export type SeenAttendance = Attendance & { epoch: number };
/** When a track gave nothing, as the recorder of an epoch saw it. */
export type SeenGap = TrackGap & { epoch: number };

/** All that the recorders of a recording have said. */
export interface Manifest {
  participants: SeenAttendance[];
  tracks: RecordedTrack[];
  segments: Segment[];
  gaps: SeenGap[];
}

/** One fact of a manifest. A later one with the same key takes its place. */
export type Entry =
  | { kind: 'participant'; key: string; value: SeenAttendance }
  | { kind: 'track'; key: string; value: RecordedTrack }
  | { kind: 'segment'; key: string; value: Segment }
  | { kind: 'gap'; key: string; value: SeenGap };

/** What becomes of a recorder's part. */
export interface Acceptance {
  entries: Entry[];
  /** Files of segments that are not wanted. */
  refused: string[];
}

/**
 * Takes what a recorder reports: whatever is of an epoch that was given to it, also when another recorder has a later
 * one by now. The rest is refused.
 *
 * @param recorderId who reports, proven
 */
export function accept(turns: readonly Turn[], recorderId: string, part: ManifestPart): Acceptance {
  const isOurs = ({ epoch }: { epoch: number }) =>
    turns.some((turn) => turn.epoch === epoch && turn.recorderId === recorderId);
  const { epoch } = part;
  const entries = [
    ...part.participants.map((one): Entry => entryOf.participant({ ...one, epoch })),
    ...part.tracks.map((one): Entry => entryOf.track(one)),
    ...part.segments.map((one): Entry => entryOf.segment(one)),
    ...part.gaps.map((one): Entry => entryOf.gap({ ...one, epoch })),
  ];
  return {
    entries: entries.filter(({ value }) => isOurs(value)),
    refused: part.segments.filter((segment) => !isOurs(segment)).map(({ file }) => file),
  };
}

const entryOf = {
  participant: (value: SeenAttendance): Entry => ({
    kind: 'participant',
    key: `participant ${value.epoch} ${value.from} ${value.participantId}`,
    value,
  }),
  track: (value: RecordedTrack): Entry => ({
    kind: 'track',
    key: `track ${value.epoch} ${value.trackId}`,
    value,
  }),
  segment: (value: Segment): Entry => ({
    kind: 'segment',
    key: `segment ${value.epoch} ${value.index} ${value.trackId}`,
    value,
  }),
  // A gap that goes on is told again, longer.
  gap: (value: SeenGap): Entry => ({
    kind: 'gap',
    key: `gap ${value.epoch} ${value.from} ${value.reason} ${value.trackId}`,
    value,
  }),
};

/** The manifest of some entries, of which no two have the same key. */
export function manifestOf(entries: Iterable<Entry>): Manifest {
  const manifest: Manifest = { participants: [], tracks: [], segments: [], gaps: [] };
  for (const entry of entries) {
    switch (entry.kind) {
      case 'participant':
        manifest.participants.push(entry.value);
        break;
      case 'track':
        manifest.tracks.push(entry.value);
        break;
      case 'segment':
        manifest.segments.push(entry.value);
        break;
      case 'gap':
        manifest.gaps.push(entry.value);
        break;
      default:
        entry satisfies never;
    }
  }
  return manifest;
}
