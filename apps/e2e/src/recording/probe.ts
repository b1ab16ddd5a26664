import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openPage } from '../browser.ts';
import { pageScript } from '../page-script.ts';
import type { ProbePageApi, ProbeSource } from './probe-page.ts';

const SCRIPT = fileURLToPath(new URL('./probe-page.ts', import.meta.url));

export interface ProbeOptions {
  room: string;
  name: string;
  /** Of its beeps, Hz. Default 1000. */
  pitch?: number;
}

/**
 * Somebody in a call, in a page of its own, by whose pictures and beeps a recording can be measured: pictures show when they were
 * drawn by a clock that all probes of this machine share, and beeps begin with its seconds.
 */
export class Probe {
  readonly page: Page;
  readonly name: string;

  private constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
  }

  static async join(
    browser: Browser,
    url: string,
    { room, name, pitch = 1000 }: ProbeOptions,
  ): Promise<Probe> {
    const page = await openPage(browser, '/health', { url });
    await page.addScriptTag({ content: await pageScript(SCRIPT) });
    await page.evaluate((given) => (globalThis as unknown as Global).probe.join(given), {
      room,
      name,
      pitch,
    });
    return new Probe(page, name);
  }

  participantId(): Promise<string> {
    return this.page.evaluate(() => (globalThis as unknown as Global).probe.call().participantId);
  }

  setCamera(on: boolean): Promise<void> {
    return this.page.evaluate(
      (given) => (globalThis as unknown as Global).probe.call().setCameraEnabled(given),
      on,
    );
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.page.evaluate(
      (given) => (globalThis as unknown as Global).probe.call().setMicrophoneEnabled(given),
      on,
    );
  }

  async share(): Promise<void> {
    await this.page.evaluate(async () => {
      await (globalThis as unknown as Global).probe.call().startScreenShare();
    });
  }

  stopSharing(): Promise<void> {
    return this.page.evaluate(() => (globalThis as unknown as Global).probe.call().stopScreenShare());
  }

  /** Sends the largest layer of the camera, or only those below it. */
  setLargestLayer(on: boolean): Promise<void> {
    return this.page.evaluate((given) => (globalThis as unknown as Global).probe.setLargestLayer(given), on);
  }

  sent(): Promise<Record<'camera' | 'screen', ProbeSource>> {
    return this.page.evaluate(() => (globalThis as unknown as Global).probe.sent());
  }

  /** Says goodbye and closes the page with its context. */
  async leave(): Promise<void> {
    await this.page.evaluate(() => (globalThis as unknown as Global).probe.call().leave());
    await this.page.context().close();
  }
}

interface Global {
  probe: ProbePageApi;
}
