import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { leaveAll } from '../../browser.ts';
import { CHROMIUM, launchBrowser } from '../../launch-browser.ts';
import { Receiver } from '../../receiver.ts';
import type { LinkSample } from './adaptation.ts';
import type { ShapedNetwork } from './shaped-network.ts';

const SAMPLER = readFileSync(new URL('../../../page/link-sampler.js', import.meta.url), 'utf8');

/** What a receiver saw so far. */
export interface Seen {
  samples: LinkSample[];
  /** When frames of the camera were shown, ms since the epoch. */
  frames: number[];
}

/** Somebody in a Chromium of their own, behind a link of their own, who receives and notes how it goes. */
export class LinkReceiver {
  readonly name: string;
  readonly network: ShapedNetwork;
  readonly #browser: Browser;
  #receiver: Receiver | undefined;

  private constructor(name: string, network: ShapedNetwork, browser: Browser) {
    this.name = name;
    this.network = network;
    this.#browser = browser;
  }

  /** @param folder for what starts its browser */
  static async open(
    name: string,
    network: ShapedNetwork,
    url: string,
    folder: string,
  ): Promise<LinkReceiver> {
    const args = [`--unsafely-treat-insecure-origin-as-secure=${url}`];
    const browser = await launchBrowser(20, await network.wrap(CHROMIUM, folder), args);
    return new LinkReceiver(name, network, browser);
  }

  async join(url: string, room: string): Promise<void> {
    this.#receiver = await Receiver.join(this.#browser, room, { url, name: this.name, script: SAMPLER });
  }

  /** All that it saw since it joined. */
  seen(): Promise<Seen> {
    return this.#page.evaluate(() => (globalThis as unknown as { linkSampler: Seen }).linkSampler);
  }

  /** The latest of what it saw. */
  latest(): Promise<LinkSample | undefined> {
    return this.#page.evaluate(() =>
      (globalThis as unknown as { linkSampler: Seen }).linkSampler.samples.at(-1),
    );
  }

  /** Leaves the room; it may join another. */
  async leave(): Promise<void> {
    await leaveAll(this.#browser);
    this.#receiver = undefined;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  get #page(): Page {
    if (this.#receiver === undefined) throw new Error(`${this.name} is in no room`);
    return this.#receiver.page;
  }
}
