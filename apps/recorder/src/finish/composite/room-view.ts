import type { TimeSpan } from '@parley/protocol/recording/manifest';
import type { FinishPlan } from '@parley/protocol/recording/recorder-api';
import { mergeSpans } from '../missing.ts';
import type { PlacedPiece, Take } from '../takes.ts';

/** Pictures this far apart are two of a camera that was off in between, milliseconds. */
const CAMERA_GAP_MS = 2000;

/** Somebody in the room, by the recording. Spans are in order and apart; times are milliseconds since the epoch. */
export interface SeenParticipant {
  participantId: string;
  /** The last one that was used. */
  name: string;
  there: TimeSpan[];
  camera: TimeSpan[];
  screen: TimeSpan[];
}

/** Who was there, and what could be seen of them, in the order in which they came. */
export function roomView(plan: FinishPlan, takes: Take[]): SeenParticipant[] {
  const people = new Map<string, SeenParticipant>();
  for (const { participantId, name, from, to = plan.stoppedAt } of plan.participants) {
    const person = people.get(participantId);
    const span = { from, to: Math.max(from, to) };
    if (!person) people.set(participantId, { participantId, name, there: [span], camera: [], screen: [] });
    else {
      person.name = name;
      person.there.push(span);
    }
  }
  for (const take of takes) {
    const person = people.get(take.participantId);
    if (!person) continue;
    const gaps = plan.gaps.filter((gap) => take.video.some(({ segment }) => segment.trackId === gap.trackId));
    if (take.kind === 'participant') person.camera = without(cameraSpans(take.video), gaps);
    else {
      // A screen on which nothing moves is not sent: what packets do not say, its track does.
      person.screen = without(
        trackSpans(take.video),
        gaps.filter(({ reason }) => reason !== 'lost'),
      );
    }
  }
  const seen = [...people.values()].map((person) => ({
    ...person,
    there: mergeSpans(person.there, Infinity),
  }));
  return seen.sort((a, b) => begin(a) - begin(b) || (a.participantId < b.participantId ? -1 : 1));
}

function begin({ there }: SeenParticipant): number {
  return there[0]?.from ?? Number.POSITIVE_INFINITY;
}

function cameraSpans(pieces: PlacedPiece[]): TimeSpan[] {
  const wide = pieces.map(({ from, to }) => ({ from, to: to + CAMERA_GAP_MS }));
  return mergeSpans(wide, Infinity).map(({ from, to }) => ({ from, to: to - CAMERA_GAP_MS }));
}

function trackSpans(pieces: PlacedPiece[]): TimeSpan[] {
  const spans = new Map<string, TimeSpan>();
  for (const { segment, from, to } of pieces) {
    const span = spans.get(segment.trackId);
    if (!span) spans.set(segment.trackId, { from, to });
    else span.to = Math.max(span.to, to);
  }
  return mergeSpans([...spans.values()], Infinity);
}

/** Spans less others. */
export function without(spans: TimeSpan[], others: TimeSpan[]): TimeSpan[] {
  return others.reduce(
    (left, gap) =>
      left.flatMap(({ from, to }) =>
        gap.to <= from || to <= gap.from
          ? [{ from, to }]
          : [
              { from, to: Math.min(to, gap.from) },
              { from: Math.max(from, gap.to), to },
            ].filter((span) => span.to > span.from),
      ),
    spans,
  );
}

/** Whether a time is in one of the spans. */
export function isIn(spans: TimeSpan[], at: number): boolean {
  return spans.some(({ from, to }) => from <= at && at < to);
}
