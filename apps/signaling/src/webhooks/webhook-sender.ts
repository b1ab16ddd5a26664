import { log } from '../log.ts';
import { signWebhook } from './sign-webhook.ts';
import type { Delivery, WebhookOutbox } from './webhook-outbox.ts';
import type { WebhookService } from './webhook-service.ts';

/** How long a receiver may take to answer, ms. */
const ANSWER_MS = 10_000;
/** After this a delivery is over, or the object that made it is gone, ms. */
const LOST_MS = ANSWER_MS + 5_000;

/** Delivers what is in a room's outbox: to each URL in order, one event at a time. */
export class WebhookSender {
  readonly #ctx: Pick<DurableObjectState, 'waitUntil'>;
  readonly #service: WebhookService;
  readonly #outbox: WebhookOutbox;
  readonly #onPause: () => Promise<void>;
  /** URLs that are being delivered to, and since when their request is on its way. */
  readonly #busy = new Map<string, number>();

  /** @param onPause called when a URL has all, or has to be left alone: the times have changed */
  constructor(
    ctx: Pick<DurableObjectState, 'waitUntil'>,
    service: WebhookService,
    outbox: WebhookOutbox,
    onPause: () => Promise<void>,
  ) {
    this.#ctx = ctx;
    this.#service = service;
    this.#outbox = outbox;
    this.#onPause = onPause;
  }

  /** Delivers whatever is due, beside what else happens. */
  start(now: number): void {
    for (const url of this.#service.urls) {
      const dueAt = this.#outbox.dueAt(url);
      if (dueAt === undefined || dueAt > now || this.#busy.has(url)) continue;
      this.#busy.set(url, now);
      this.#ctx.waitUntil(this.#deliver(url));
    }
  }

  /** When {@link start} is to be called, milliseconds since the epoch: also where nobody comes back from a delivery. */
  get times(): number[] {
    return this.#service.urls.flatMap((url) => {
      const dueAt = this.#outbox.dueAt(url);
      if (dueAt === undefined) return [];
      const since = this.#busy.get(url);
      return [since === undefined ? dueAt : since + LOST_MS];
    });
  }

  async #deliver(url: string): Promise<void> {
    try {
      for (;;) {
        const delivery = this.#outbox.next(url, Date.now());
        if (delivery === undefined) break;
        this.#busy.set(url, Date.now());
        this.#settle(url, delivery, await this.#post(url, delivery));
      }
    } catch (error) {
      log.error('webhook delivery failed', { error: String(error) });
    } finally {
      this.#busy.delete(url);
      await this.#onPause();
    }
  }

  #settle(url: string, delivery: Delivery, answer: number | string): void {
    if (typeof answer === 'number' && answer >= 200 && answer < 300) {
      this.#outbox.delivered(url, delivery);
      return;
    }
    const { roomId, id } = delivery;
    // URLs may carry secrets.
    const about = { roomId, id, receiver: new URL(url).host, answer };
    if (answer === 410) {
      this.#outbox.refused(url, delivery);
      log.debug('webhook refused', about);
      return;
    }
    const attempts = this.#outbox.failed(url, Date.now());
    if (attempts === 1) log.warn('webhook not delivered', about);
    else log.debug('webhook not delivered', { ...about, attempts });
  }

  /** The status of the answer, or why there was none. */
  async #post(url: string, { body }: Delivery): Promise<number | string> {
    // No `AbortSignal.timeout()`, which keeps the object awake for the rest of its time.
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new DOMException('no answer', 'TimeoutError')), ANSWER_MS);
    try {
      const bytes = new TextEncoder().encode(body);
      const token = await signWebhook(this.#service.key, bytes, Date.now());
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
        body: bytes,
        redirect: 'manual',
        signal: abort.signal,
      });
      await response.body?.cancel();
      return response.status;
    } catch (error) {
      return error instanceof Error ? error.name : 'failed';
    } finally {
      clearTimeout(timer);
    }
  }
}
