import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { openPage } from '../browser.ts';
import type { Probe, ProbeOptions, ProbeReport } from './probe-page.ts';

let bundle: Promise<string> | undefined;

/** The SDK and probe-page.ts as one script, made as the page's is. */
function probeScript(): Promise<string> {
  bundle ??= (async () => {
    const built = await build({
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        lib: {
          entry: fileURLToPath(new URL('./probe-page.ts', import.meta.url)),
          formats: ['iife'],
          name: 'probePage',
        },
      },
    });
    for (const { output } of [built].flat().filter((one) => 'output' in one)) return output[0].code;
    throw new Error('vite made no script of probe-page.ts');
  })();
  return bundle;
}

/** A fresh page in a context of its own, with nothing in it but the SDK. */
export class ProbePage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, url: string): Promise<ProbePage> {
    const script = await probeScript();
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
