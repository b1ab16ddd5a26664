/** How much waits for the disk, over all tracks of a recording, and what may still come. */
export class DiskQueue {
  readonly #most: number;
  #bytes = 0;
  #choked = false;

  /** @param most Bytes of media that may wait before video is dropped. */
  constructor(most: number) {
    this.#most = most;
  }

  get bytes(): number {
    return this.#bytes;
  }

  entered(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes >= this.#most) this.#choked = true;
  }

  left(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes <= this.#most / 2) this.#choked = false;
  }

  /** Whether a frame may come: video until the queue is full, then when half of it is gone; sound, which is small, until it is a quarter more. */
  takes(kind: 'audio' | 'video'): boolean {
    return kind === 'video' ? !this.#choked : this.#bytes < this.#most * 1.25;
  }
}
