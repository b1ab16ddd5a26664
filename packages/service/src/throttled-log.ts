import type { Logger } from 'pino';

const INTERVAL_MS = 1000;

/** Logs events of one cause once a second at the most; the others go to debug and are counted. */
export class ThrottledLog {
  readonly #logger: Logger;
  readonly #causes = new Map<string, { since: number; left: number }>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @param event its name, which is the cause that is throttled */
  info(event: string, fields: object, message: string, now?: number): void {
    this.#log('info', event, fields, message, now);
  }

  /** As {@link info}, for what an operator should look at but a client can bring about at will. */
  warn(event: string, fields: object, message: string, now?: number): void {
    this.#log('warn', event, fields, message, now);
  }

  /** As {@link warn}, for what is our fault. */
  error(event: string, fields: object, message: string, now?: number): void {
    this.#log('error', event, fields, message, now);
  }

  #log(
    level: 'info' | 'warn' | 'error',
    event: string,
    fields: object,
    message: string,
    now = Date.now(),
  ): void {
    const key = `${level} ${event}`;
    const cause = this.#causes.get(key);
    if (cause !== undefined && now - cause.since < INTERVAL_MS) {
      cause.left += 1;
      this.#logger.debug({ event, ...fields }, message);
      return;
    }
    const left = cause?.left ?? 0;
    this.#causes.set(key, { since: now, left: 0 });
    this.#logger[level]({ event, ...fields, ...(left > 0 && { notShown: left }) }, message);
  }
}
