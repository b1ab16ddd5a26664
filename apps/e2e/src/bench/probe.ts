import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openPage } from '../browser.ts';
import { pageScript } from '../page-script.ts';
import type { Probe, ProbeOptions, ProbeReport } from './probe-page.ts';

const SCRIPT = fileURLToPath(new URL('./probe-page.ts', import.meta.url));

/** A fresh page in a context of its own, with nothing in it but the SDK. */
export class ProbePage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, url: string): Promise<ProbePage> {
    const script = await pageScript(SCRIPT);
    const page = await openPage(browser, '/health', { url });
    await page.addScriptTag({ content: script });
    return new ProbePage(page);
  }

  /** See {@link Probe.watch}. */
  watch(options: ProbeOptions): Promise<ProbeReport> {
    return this.page.evaluate(
      (given) => (globalThis as unknown as { probe: Probe }).probe.watch(given),
      options,
    );
  }

  /** See {@link Probe.publish}. */
  publish(room: string): Promise<void> {
    return this.page.evaluate(
      (given) => (globalThis as unknown as { probe: Probe }).probe.publish(given),
      room,
    );
  }

  /** Says goodbye and closes the page with its context. */
  async leave(): Promise<void> {
    await this.page.evaluate('watch.leave()');
    await this.page.context().close();
  }
}
