import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openPage } from '../../browser.ts';
import { pageScript } from '../../page-script.ts';
import { type Latency, latencyOf } from './frame-times.ts';
import type { LatencyPageApi } from './latency-page.ts';

const SCRIPT = fileURLToPath(new URL('./latency-page.ts', import.meta.url));
const PATIENCE_MS = 30_000;

/** A page that sends a picture to itself which shows when it was drawn: one clock for both ends. */
export class TimeCodedCall {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Begins it, and waits until it is seen. @param way see {@link LatencyPageApi.start} */
  static async start(
    browser: Browser,
    url: string,
    way: Parameters<LatencyPageApi['start']>[0],
  ): Promise<TimeCodedCall> {
    const page = await openPage(browser, '/health', { url });
    await page.addScriptTag({ content: await pageScript(SCRIPT) });
    await page.evaluate((given) => (globalThis as unknown as Global).latency.start(given), way);
    await page.waitForFunction(
      () => (globalThis as unknown as Global).latency.take().length > 10,
      undefined,
      {
        polling: 500,
        timeout: PATIENCE_MS,
      },
    );
    return new TimeCodedCall(page);
  }

  /** Measures for some seconds. */
  async measure(seconds: number): Promise<Latency> {
    const look = () =>
      this.#page.evaluate(async () => {
        const { latency } = globalThis as unknown as Global;
        const counts = await latency.counts();
        return { counts, frames: latency.take(), at: performance.now() };
      });
    const before = await look();
    await sleep(seconds * 1000);
    const after = await look();
    return latencyOf(after.frames, before.counts, after.counts, (after.at - before.at) / 1000);
  }

  /** Says goodbye and closes the page with its context. */
  async leave(): Promise<void> {
    await this.#page.evaluate('watch.leave()');
    await this.#page.context().close();
  }
}

interface Global {
  latency: LatencyPageApi;
}
