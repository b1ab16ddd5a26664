import type { Sample } from './sample.ts';
import type { PlacedPiece } from './takes.ts';

/** Reads a piece; whether it was read whole is what it returns. */
export type ReadPiece = (piece: PlacedPiece) => AsyncGenerator<Sample, boolean>;

/** Least time between two pictures, milliseconds: containers count in whole ones. */
const STEP_MS = 1;

/** Pictures this much before the last one are of a piece that overlaps, milliseconds. */
const OVERLAP_MS = 50;

/**
 * The pictures of pieces on one line, each later than the one before and lasting until the next. Where pictures are
 * missing, those after them are left out up to the next key frame.
 */
export async function* pictureLine(pieces: PlacedPiece[], read: ReadPiece): AsyncGenerator<Sample> {
  let held: Sample | undefined;
  let end = 0;
  let decodable = false;
  for (const piece of pieces) {
    if (!piece.continues) decodable = false;
    const frames = read(piece);
    try {
      let next = await frames.next();
      for (; !next.done; next = await frames.next()) {
        const frame = next.value;
        if (held && frame.at < held.at - OVERLAP_MS) {
          decodable = false;
          continue;
        }
        if (frame.key) decodable = true;
        if (!decodable) continue;
        const at = held ? Math.max(frame.at, held.at + STEP_MS) : frame.at;
        if (held) yield { ...held, ms: at - held.at };
        held = { ...frame, at };
        end = piece.to;
      }
      if (!next.value) decodable = false;
    } finally {
      await frames.return(false);
    }
  }
  if (held) yield { ...held, ms: Math.max(end - held.at, STEP_MS) };
}

/** The packets of pieces of sound. */
export async function* packetLine(pieces: PlacedPiece[], read: ReadPiece): AsyncGenerator<Sample> {
  for (const piece of pieces) yield* read(piece);
}
