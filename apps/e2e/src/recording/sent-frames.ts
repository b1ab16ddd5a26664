/** A frame that an encoder gave. */
export interface SentFrame {
  /** RTP time, 90 kHz, wrapped. */
  rtp: number;
  ssrc: number;
  width: number;
  key: boolean;
}

/** RTP time is found for so many frames at a time. */
const PIECE = 60;
/** Without a frame for so long, a stream is taken for that of another capture, ms. */
const PAUSE_MS = 500;
/** How far it may move from one piece to the next: a camera that is off and on again has another time, ms. */
const MOVED_MS = 400;
/** RTP time of a new capture settles within some frames; frames are drawn farther apart than twice this, ms. */
const TOLERANCE_MS = 20;
/** When a time is found by intervals, they count as the same so far apart, ms. */
const SAME_MS = 4;
/** Less than this share the same, and it is chance, where there are so many. */
const LEAST_SAME = 0.6;
const MANY = 20;

/**
 * When the frames that were sent had been drawn: for each width that was sent, in order. An encoder that is busy, or a layer of fewer
 * frames, leaves some out.
 *
 * Each stream's RTP time begins anywhere, so it is found by the intervals, which are uneven.
 *
 * @param drawn ms, in order
 * @throws {Error} when a stream does not fit what was drawn
 */
export function sentTimes(drawn: readonly number[], encoded: readonly SentFrame[]): Map<number, number[]> {
  const sent = new Map<number, number[]>();
  for (const stream of Map.groupBy(encoded, ({ ssrc }) => ssrc).values()) {
    // RTP time of a new capture settles at first, so the end is found, and what was before by what comes after it.
    let ahead: number | undefined;
    for (const piece of piecesOf(timed(stream)).toReversed()) {
      ahead = timeOf(piece, drawn, ahead);
      for (const { time, width } of piece) {
        const at = nearest(drawn, time + ahead);
        if (Math.abs(at - time - ahead) <= TOLERANCE_MS) sent.set(width, [...(sent.get(width) ?? []), at]);
      }
    }
  }
  for (const list of sent.values()) list.sort((a, b) => a - b);
  return sent;
}

/** A frame by its RTP time, unwrapped, ms. */
interface TimedFrame {
  time: number;
  width: number;
}

function timed(stream: readonly SentFrame[]): TimedFrame[] {
  let last = stream[0]?.rtp ?? 0;
  let time = 0;
  return stream.map(({ rtp, width }) => {
    time += ((rtp - last) | 0) / 90;
    last = rtp;
    return { time, width };
  });
}

/** Pieces between pauses, none of them long. */
function piecesOf(frames: readonly TimedFrame[]): TimedFrame[][] {
  const pieces: TimedFrame[][] = [];
  for (const [index, frame] of frames.entries()) {
    const piece = pieces.at(-1);
    const passed = frame.time - (frames[index - 1]?.time ?? 0);
    if (piece === undefined || piece.length === PIECE || passed > PAUSE_MS) pieces.push([frame]);
    else piece.push(frame);
  }
  return pieces;
}

/** What is to be added to RTP time in a piece. @param near what it is in the next one */
function timeOf(piece: readonly TimedFrame[], drawn: readonly number[], near: number | undefined): number {
  const fits = (ahead: number) =>
    piece.filter(({ time }) => Math.abs(nearest(drawn, time + ahead) - time - ahead) <= SAME_MS).length;
  let best = { ahead: near ?? Number.NaN, fits: near === undefined ? -1 : fits(near) };
  for (const { time } of piece.slice(-10)) {
    for (const at of drawn) {
      const ahead = at - time;
      if (near !== undefined && Math.abs(ahead - near) > MOVED_MS) continue;
      const count = fits(ahead);
      if (count > best.fits) best = { ahead, fits: count };
    }
  }
  if (near === undefined && piece.length >= MANY && best.fits < piece.length * LEAST_SAME)
    throw new Error(`only ${best.fits} of ${piece.length} frames that were sent are known to be drawn`);
  return best.ahead;
}

/** Of times in order. */
function nearest(times: readonly number[], to: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < to) low = middle + 1;
    else high = middle;
  }
  const [after = Number.NaN, before = after] = [times[low], times[low - 1]];
  return Math.abs(before - to) < Math.abs(after - to) ? before : after;
}
