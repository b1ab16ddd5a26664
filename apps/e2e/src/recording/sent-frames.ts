/** A frame that an encoder gave. */
export interface SentFrame {
  /** RTP time, 90 kHz, wrapped. */
  rtp: number;
  ssrc: number;
  width: number;
  key: boolean;
}

/** Without a frame for so long, a stream is taken for that of another capture, whose time may have moved, ms. */
const PAUSE_MS = 500;
/** How far it may have moved, ms. */
const MOVED_MS = 400;
/** RTP time of a new capture settles within some frames; frames are drawn farther apart than twice this, ms. */
const TOLERANCE_MS = 20;
/** When a time is found by intervals, they count as the same so far apart, ms. */
const SAME_MS = 4;
/** Frames by which a time is found. */
const LOOK = 60;
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
    let ahead: number | undefined;
    for (const run of runs(stream)) {
      ahead = timeOf(run, drawn, ahead);
      for (const { time, width } of run) {
        const at = nearest(drawn, time + ahead);
        if (Math.abs(at - time - ahead) > TOLERANCE_MS) continue;
        ahead = at - time;
        sent.set(width, [...(sent.get(width) ?? []), at]);
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

/** A stream in pieces between its pauses. */
function runs(stream: readonly SentFrame[]): TimedFrame[][] {
  const all: TimedFrame[][] = [];
  let last = stream[0]?.rtp ?? 0;
  let time = 0;
  for (const { rtp, width } of stream) {
    const passed = ((rtp - last) | 0) / 90;
    last = rtp;
    time += passed;
    if (all.length === 0 || passed > PAUSE_MS) all.push([]);
    all.at(-1)?.push({ time, width });
  }
  return all;
}

/** What is to be added to RTP time. @param before what it was until now */
function timeOf(run: readonly TimedFrame[], drawn: readonly number[], before: number | undefined): number {
  const look = run.slice(0, LOOK);
  const first = run[0]?.time ?? 0;
  const fits = (ahead: number) =>
    look.filter(({ time }) => Math.abs(nearest(drawn, time + ahead) - time - ahead) <= SAME_MS).length;
  let best = { ahead: before ?? Number.NaN, fits: before === undefined ? -1 : fits(before) };
  // Where the first frames come before time has settled, later ones say it better.
  for (const { time } of look.slice(0, 10)) {
    for (const at of drawn) {
      const ahead = at - time;
      if (before !== undefined && Math.abs(at - first - before) > MOVED_MS + time - first) continue;
      const count = fits(ahead);
      if (count > best.fits) best = { ahead, fits: count };
    }
  }
  if (look.length >= MANY && best.fits < look.length * LEAST_SAME)
    throw new Error(`only ${best.fits} of ${look.length} frames that were sent are known to be drawn`);
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
