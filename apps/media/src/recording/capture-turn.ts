import { isDeepStrictEqual } from 'node:util';
import type { CaptureOrder } from '@parley/protocol/recording/capture';

/** Whose turn a capture is. */
type Turn = Pick<CaptureOrder, 'recordingId' | 'epoch'>;

/**
 * Which order of the Room holds: the one that came last, but for those of a turn that was taken over or is over.
 * Pure.
 */
export class CaptureTurn {
  #order: CaptureOrder | undefined;
  /** The last turn that there was, over or not. */
  #last: Turn | undefined;

  /** What holds now. */
  get order(): CaptureOrder | undefined {
    return this.#order;
  }

  /** @returns what the order is: `new` from now on holds, `same` did before, `stale` means nothing */
  take(order: CaptureOrder): 'new' | 'same' | 'stale' {
    if (this.#order !== undefined && isDeepStrictEqual(order, this.#order)) return 'same';
    if (this.#isPast(order)) return 'stale';
    this.#order = order;
    this.#last = order;
    return 'new';
  }

  /** @returns whether the order that held is over */
  end(turn: Turn): boolean {
    if (turn.recordingId !== this.#last?.recordingId || turn.epoch < this.#last.epoch) return false;
    const held = this.#order !== undefined;
    this.#order = undefined;
    this.#last = turn;
    return held;
  }

  /** An epoch is over with its end, so that it does not begin again. */
  #isPast({ recordingId, epoch }: Turn): boolean {
    const last = this.#last;
    if (last === undefined || recordingId !== last.recordingId) return false;
    return this.#order === undefined ? epoch <= last.epoch : epoch < last.epoch;
  }
}
