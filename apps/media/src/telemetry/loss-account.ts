/** The share of packets that were lost over all of several parts: a transport's looks, a session's transports. */
export class LossAccount {
  #bytes = 0;
  #lost = 0;

  /** @param share lost in a part, 0–1; undefined where it is not known @param bytes what that part carried */
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
