import { SerialQueue } from '../sessions/serial-queue.ts';

/** Orders what concerns one participant: its session opens before its requests are handled. */
export class ParticipantQueues {
  readonly #capacity: number;
  readonly #queues = new Map<string, SerialQueue>();

  /** @param capacity most tasks of one participant waiting or running at once */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * Runs a task after the participant's tasks before it.
   *
   * @returns undefined when too many wait; then it is not run
   */
  run(participantId: string, task: () => Promise<void> | void): Promise<void> | undefined {
    const queue = this.#queues.get(participantId) ?? new SerialQueue(this.#capacity);
    this.#queues.set(participantId, queue);
    return queue.run(task)?.finally(() => {
      if (queue.idle) this.#queues.delete(participantId);
    });
  }
}
