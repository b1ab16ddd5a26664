import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import type { launchFirefox } from '../../../packages/sdp/fixtures/clients.ts';
import type { PageReport } from './browser.ts';

const WATCH = readFileSync(new URL('../page/watch.js', import.meta.url), 'utf8');

type Browser = Awaited<ReturnType<typeof launchFirefox>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

/** Somebody in a meeting through our page, in Firefox. */
export class FirefoxMeet {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** @param url of the edge */
  static async join(
    browser: Browser,
    room: string,
    name: string,
    url: string = inject('url'),
  ): Promise<FirefoxMeet> {
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    await page.evaluateOnNewDocument(WATCH);
    await page.goto(`${url}/r/${room}`);
    const meet = new FirefoxMeet(page);
    await meet.#type('lobby-name', name);
    await meet.press('lobby-join');
    await page.waitForSelector('[data-testid=room]');
    return meet;
  }

  press(testId: string): Promise<void> {
    return this.page.locator(`[data-testid=${testId}]`).click();
  }

  /** Says something in the chat. */
  async say(text: string): Promise<void> {
    await this.chat();
    await this.#type('chat-input', text);
    await this.page.keyboard.press('Enter');
  }

  /** Opens the chat, if it is not, and reads it. */
  async chat(): Promise<string> {
    if ((await this.page.$('[data-testid=chat]')) === null) await this.press('toggle-chat');
    const panel = await this.page.waitForSelector('[data-testid=chat]');
    return (await panel?.evaluate((element) => element.textContent)) ?? '';
  }

  /** Frames decoded of the track in the tile with a label. Firefox counts none in an element that plays a stream. */
  async framesOf(name: string): Promise<number> {
    return await this.page.evaluate(async (label) => {
      const video = document.querySelector<HTMLVideoElement>(
        `[data-testid=tile][aria-label="${label}"] video`,
      );
      const id = (video?.srcObject as MediaStream | null)?.getVideoTracks()[0]?.id;
      const { connections } = (globalThis as unknown as { watch: { connections: RTCPeerConnection[] } })
        .watch;
      const reports = await Promise.all(connections.map((connection) => connection.getStats()));
      const streams = reports.flatMap((report) => [...report.values()]);
      return streams.find((s) => s.type === 'inbound-rtp' && s.trackIdentifier === id)?.framesDecoded ?? 0;
    }, name);
  }

  /** Energy of all audio received so far. */
  async heard(): Promise<number> {
    const { connections } = (await this.page.evaluate('watch.report()')) as PageReport;
    return connections.flatMap((c) => c.inbound).reduce((sum, stream) => sum + (stream.audioEnergy ?? 0), 0);
  }

  #type(testId: string, text: string): Promise<void> {
    return this.page.locator(`[data-testid=${testId}]`).fill(text);
  }
}
