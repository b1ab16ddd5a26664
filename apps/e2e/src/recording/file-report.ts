import type { RecordingFileDetails } from '@parley/protocol/rest';
import { type DecodedFile, decode, frameAt } from './decode.ts';
import {
  beepsOf,
  displacement,
  doubledFrames,
  holesIn,
  type LostSpan,
  lateness,
  lostSpans,
  type Skew,
  seekError,
  soundSkew,
} from './figures.ts';
import type { ProbeSource } from './probe-page.ts';
import { sentTimes } from './sent-frames.ts';

/** What a probe did, for what is recorded of it to be held against. Times are ms since the epoch. */
export interface ProbeTruth {
  source: ProbeSource;
  /** When it beeped: spans in which each second must be heard, and nothing outside of them but a little later. */
  audible: readonly Span[];
  /** When the recording began, if they were there before. */
  begin?: number;
  /** When the recording was stopped, or what is recorded ended before. */
  end: number;
}

export interface Span {
  from: number;
  to: number;
}

/** How a finished file compares with what was sent. */
export interface FileReport {
  what: string;
  kind: RecordingFileDetails['kind'];
  frames: number;
  /** Where frames are missing that were sent while it recorded. */
  lost: LostSpan[];
  doubled: number;
  /** Whose time cannot be read. */
  unread: number;
  widths: number[];
  /** See {@link holesIn}. */
  holes: Span[];
  /** Of beeps: how many there should be, and how many and which are not there, ms since the epoch. */
  beeps: { expected: number; missing: number; missingAt: number[] };
  sound: Skew;
  lateness: Skew;
  /** How far its end is from when it should be, ms; positive where it is too long. */
  endError: number;
  /** How far what the container and the list say of its duration is from what it plays, ms, at most. */
  durationError: number;
  /** How far what is shown after seeking is from what is there when played through, ms, at most. */
  seekError: number;
  complaints: string[];
  /** See {@link displacement}. */
  displacement(at: number, drawn: number | undefined): number;
}

/** Sound that has just begun or ended may be lost with its packet, ms. */
const EDGE_MS = 150;
/** Frames may be on their way when a recording is stopped, ms. */
const ON_THE_WAY_MS = 200;
/** Where it is looked into, of its length. */
const SEEKS = [0.15, 0.55, 0.9];

/** Decodes a file from beginning to end, seeks in it, and compares it with what a probe sent. */
export async function reportOn(
  file: string,
  details: RecordingFileDetails,
  { source, audible, begin, end }: ProbeTruth,
): Promise<FileReport> {
  const { from } = details;
  const decoded = await decode(file, { from });
  const sent = sentTimes(source.drawn, source.encoded);
  const timed = { ...decoded, from };
  const late = lateness(timed);
  const plays = playsUntil(decoded);
  const heard = new Set(beepsOf(timed, late.median));
  const expected = audible.flatMap((span) => secondsIn(span, from + EDGE_MS, end - ON_THE_WAY_MS));
  const missingAt = expected.filter((second) => !heard.has(second));
  return {
    what: `${details.participantName ?? details.participantId} ${details.kind}`,
    kind: details.kind,
    frames: decoded.frames.length,
    holes: holesIn(decoded.frames, begin),
    lost: lostSpans(decoded.frames, sent, end - ON_THE_WAY_MS),
    doubled: doubledFrames(decoded.frames),
    unread: decoded.frames.filter(({ drawn }) => drawn === undefined).length,
    widths: [...new Set(decoded.frames.map(({ width }) => width))],
    beeps: { expected: expected.length, missing: missingAt.length, missingAt },
    sound: soundSkew(decoded),
    lateness: late,
    endError: from + plays - end,
    durationError: Math.max(Math.abs(details.durationMs - plays), Math.abs(decoded.durationMs - plays)),
    seekError: await worstSeek(file, decoded, from),
    complaints: decoded.complaints,
    displacement: (at, drawn) => displacement(decoded.frames, at, drawn),
  };
}

/** Until when there is something to see or to hear, ms in the file. */
function playsUntil({ frames, sound }: DecodedFile): number {
  const [before, last] = frames.slice(-2);
  const lastFrame =
    last === undefined ? 0 : last.at + (before === undefined ? 0 : Math.min(100, last.at - before.at));
  return Math.max(lastFrame, sound?.to ?? 0);
}

function secondsIn({ from, to }: Span, notBefore: number, notAfter: number): number[] {
  const first = Math.ceil((Math.max(from, notBefore) + EDGE_MS) / 1000);
  const last = Math.floor((Math.min(to, notAfter) - EDGE_MS) / 1000);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * 1000);
}

async function worstSeek(file: string, { frames }: DecodedFile, from: number): Promise<number> {
  const length = frames.at(-1)?.at ?? 0;
  const errors = SEEKS.map(async (share) => {
    const at = share * length;
    const { drawn } = await frameAt(file, at, { from });
    return seekError(frames, at, drawn);
  });
  return Math.max(...(await Promise.all(errors)));
}
