/** A straight line. */
export interface Line {
  /** Through this point, */
  readonly x: number;
  readonly y: number;
  /** with this slope. */
  readonly slope: number;
}

interface Point {
  x: number;
  y: number;
}

/** Most points kept; then each two become one, and stand for twice the time. */
const MOST = 512;
/** No clock is further off: 300 parts in a million. */
const MAX_DRIFT = 3e-4;
/** Before so much was seen, x units, a slope says more of the network than of the clock. */
const DRIFT_AFTER = 60_000;

/**
 * The line that arrivals never come before: what a sender's clock reads, as x, against when it came, as y, both in milliseconds. Delays only add to y, so the
 * lowest points are the truest, and the line below all points that is nearest to them is the sender's clock, drift included (S. Moon, P. Skelly, D. Towsley,
 * "Estimation and Removal of Clock Skew from Network Delay Measurements", INFOCOM 1999).
 */
export class Envelope {
  #points: Point[] = [];
  /** Each point is the lowest of so much of x. */
  #span = 250;

  get empty(): boolean {
    return this.#points.length === 0;
  }

  add(x: number, y: number): void {
    const bucket = Math.floor(x / this.#span);
    // Nearly always the last one; x goes up.
    const index = this.#points.findLastIndex((point) => Math.floor(point.x / this.#span) <= bucket);
    const point = this.#points[index];
    if (point !== undefined && Math.floor(point.x / this.#span) === bucket) {
      if (y - x < point.y - point.x) this.#points[index] = { x, y };
      return;
    }
    this.#points.splice(index + 1, 0, { x, y });
    if (this.#points.length > MOST) this.#halve();
  }

  /** The line, `undefined` before the first arrival. */
  line(): Line | undefined {
    const first = this.#points[0];
    const last = this.#points.at(-1);
    if (first === undefined || last === undefined) return undefined;
    if (last.x - first.x < DRIFT_AFTER) return below(this.#points, 0);
    const hull = lowerHull(this.#points);
    const middle = this.#points.reduce((sum, { x }) => sum + x, 0) / this.#points.length;
    const right = Math.max(
      1,
      hull.findIndex(({ x }) => x >= middle),
    );
    const [a, b] = [hull[right - 1] ?? first, hull[right] ?? last];
    const drift = (b.y - b.x - (a.y - a.x)) / (b.x - a.x);
    return below(this.#points, Math.max(-MAX_DRIFT, Math.min(MAX_DRIFT, drift)));
  }

  #halve(): void {
    const points = this.#points;
    this.#points = [];
    this.#span *= 2;
    for (const { x, y } of points) this.add(x, y);
  }
}

/** The highest line of a slope of 1 + drift that is below all points, through the one it touches. */
function below(points: readonly Point[], drift: number): Line {
  let lowest = points[0] ?? { x: 0, y: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const point of points) {
    const height = point.y - point.x - drift * point.x;
    if (height < least) [least, lowest] = [height, point];
  }
  return { ...lowest, slope: 1 + drift };
}

/** Of points in order of x (Andrew's monotone chain, on y − x, which keeps the numbers small). */
function lowerHull(points: readonly Point[]): Point[] {
  const hull: Point[] = [];
  for (const point of points) {
    for (;;) {
      const [a, b] = [hull.at(-2), hull.at(-1)];
      if (a === undefined || b === undefined) break;
      const rise =
        (b.y - b.x - (a.y - a.x)) * (point.x - a.x) - (point.y - point.x - (a.y - a.x)) * (b.x - a.x);
      if (rise < 0) break;
      hull.pop();
    }
    hull.push(point);
  }
  return hull;
}

/** What a line reads at x. */
export function at({ x, y, slope }: Line, position: number): number {
  return y + (position - x) * slope;
}
