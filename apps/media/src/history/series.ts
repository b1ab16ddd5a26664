/** Samples older than this are forgotten, ms. */
export const HISTORY_MS = 5 * 60_000;

/** What some figures were over the last {@link HISTORY_MS}, oldest first: a list for each. */
export class Series<Figure extends string> {
  readonly #at: number[] = [];
  readonly #figures: Record<Figure, number[]>;

  constructor(figures: readonly Figure[]) {
    this.#figures = Object.fromEntries(figures.map((figure) => [figure, []])) as unknown as Record<
      Figure,
      number[]
    >;
  }

  /** Adds a sample. @param at milliseconds since the epoch */
  add(at: number, sample: Readonly<Record<Figure, number>>): void {
    this.forget(at);
    this.#at.push(at);
    for (const figure of this.#names) this.#figures[figure].push(sample[figure]);
  }

  /** Forgets what is too old, and says whether nothing is left. */
  forget(now: number): boolean {
    while (this.#at[0] !== undefined && this.#at[0] < now - HISTORY_MS) {
      this.#at.shift();
      for (const figure of this.#names) this.#figures[figure].shift();
    }
    return this.#at.length === 0;
  }

  /** A copy. */
  read(): { at: number[] } & Record<Figure, number[]> {
    const lists = this.#names.map((figure) => [figure, [...this.#figures[figure]]] as const);
    return { at: [...this.#at], ...(Object.fromEntries(lists) as Record<Figure, number[]>) };
  }

  get #names(): Figure[] {
    return Object.keys(this.#figures) as Figure[];
  }
}
