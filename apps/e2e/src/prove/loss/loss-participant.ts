import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openPage } from '../../browser.ts';
import { pageScript } from '../../page-script.ts';
import type { LossPageApi } from './loss-page.ts';
import type { ReceptionCounts } from './reception.ts';

const SCRIPT = fileURLToPath(new URL('./loss-page.ts', import.meta.url));

/** Somebody in a call, in a page of its own, who publishes a voice and a moving picture, or receives them. */
export class LossParticipant {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async join(
    browser: Browser,
    url: string,
    options: Parameters<LossPageApi['join']>[0],
  ): Promise<LossParticipant> {
    const page = await openPage(browser, '/health', { url });
    await page.addScriptTag({ content: await pageScript(SCRIPT) });
    await page.evaluate((given) => (globalThis as unknown as Global).loss.join(given), options);
    return new LossParticipant(page);
  }

  received(): Promise<ReceptionCounts> {
    return this.#page.evaluate(() => (globalThis as unknown as Global).loss.received());
  }

  /** Says goodbye and closes the page with its context. */
  async leave(): Promise<void> {
    await this.#page.evaluate('watch.leave()');
    await this.#page.context().close();
  }
}

interface Global {
  loss: LossPageApi;
}
