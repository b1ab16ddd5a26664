import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openPage, type PageOptions } from '../browser.ts';
import { pageScript } from '../page-script.ts';
import type { ReceivedVideo, SdkJoin, SdkPageApi, SdkState } from './sdk-page.ts';

const SCRIPT = fileURLToPath(new URL('./sdk-page.ts', import.meta.url));

/** Somebody in a call through the SDK, in a page of its own with nothing else in it. */
export class SdkParticipant {
  readonly page: Page;
  readonly name: string;

  private constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
  }

  static async join(
    browser: Browser,
    url: string,
    options: SdkJoin,
    how: Omit<PageOptions, 'url'> = {},
  ): Promise<SdkParticipant> {
    const script = await pageScript(SCRIPT);
    const page = await openPage(browser, '/health', { ...how, url });
    await page.addScriptTag({ content: script });
    await page.evaluate((given) => (globalThis as unknown as Global).sdk.join(given), options);
    return new SdkParticipant(page, options.name);
  }

  state(): Promise<SdkState> {
    return this.page.evaluate(() => (globalThis as unknown as Global).sdk.state());
  }

  videos(): Promise<ReceivedVideo[]> {
    return this.page.evaluate(() => (globalThis as unknown as Global).sdk.videos());
  }

  setCamera(on: boolean): Promise<void> {
    return this.page.evaluate(
      (given) => (globalThis as unknown as Global).sdk.call().setCameraEnabled(given),
      on,
    );
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.page.evaluate(
      (given) => (globalThis as unknown as Global).sdk.call().setMicrophoneEnabled(given),
      on,
    );
  }

  /** Shares a small picture as a screen. */
  share(): Promise<void> {
    return this.page.evaluate(() => (globalThis as unknown as Global).sdk.share());
  }

  /** Subscribes to somebody's track, or no longer. */
  choose(wanted: boolean, name: string, source: string): Promise<void> {
    return this.page.evaluate(
      (given) => {
        const { sdk } = globalThis as unknown as Global;
        const trackId = sdk.trackId(given.name, given.source);
        if (given.wanted) sdk.call().subscribe(trackId);
        else sdk.call().unsubscribe(trackId);
      },
      { wanted, name, source },
    );
  }

  /** Says goodbye and closes the page with its context. */
  async leave(): Promise<void> {
    await this.page.evaluate(() => (globalThis as unknown as Global).sdk.call().leave());
    await this.page.context().close();
  }
}

interface Global {
  sdk: SdkPageApi;
}
