/** What the user sees while a worker is downloaded or built: lines that stay, and one that changes. */

/** Where progress goes. */
export interface Progress {
  /** A line that stays. */
  note(text: string): void;
  /**
   * The state of the step that runs. On a terminal it replaces the one before; elsewhere (a log, CI) it is printed at
   * most every few seconds.
   */
  update(text: string): void;
}

/** The part of a stream that `streamProgress` needs. */
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const LOG_INTERVAL_MS = 5000;

/** Progress on a stream such as `process.stderr`. */
export function streamProgress(stream: ProgressStream, now: () => number = Date.now): Progress {
  let shown = '';
  let lastPrinted = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (shown) stream.write(`\r${' '.repeat(shown.length)}\r`);
    shown = '';
  };
  return {
    note(text) {
      clear();
      stream.write(`${text}\n`);
    },
    update(text) {
      if (stream.isTTY) {
        clear();
        // A line that wraps could not be cleared.
        shown = text.slice(0, (stream.columns ?? 80) - 1);
        stream.write(shown);
      } else if (now() - lastPrinted >= LOG_INTERVAL_MS) {
        lastPrinted = now();
        stream.write(`${text}\n`);
      }
    },
  };
}

/** `75` is `1 min 15 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The `[12/137]` with which ninja starts its lines; `undefined` for other lines. */
export function parseNinjaLine(line: string): { done: number; total: number } | undefined {
  const match = /^\[(\d+)\/(\d+)\]/.exec(line);
  return match ? { done: Number(match[1]), total: Number(match[2]) } : undefined;
}
