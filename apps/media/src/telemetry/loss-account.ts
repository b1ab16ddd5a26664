/** The share of a transport's packets that were lost over its whole life, from looks at the latest share. */
export class LossAccount {
  #bytes = 0;
  #lost = 0;

  /** @param share lost lately, 0–1; undefined where it is not known @param bytes what was carried since the last look */
  add(share: number | undefined, bytes: number): void {
    if (share === undefined || bytes <= 0) return;
    this.#bytes += bytes;
    this.#lost += share * bytes;
  }

  /** 0–1; undefined where nothing is known. */
  get share(): number | undefined {
    return this.#bytes === 0 ? undefined : this.#lost / this.#bytes;
  }
}
