import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { openPage, type PageOptions, report } from './browser.ts';

const RECEIVER = readFileSync(new URL('../page/receiver.js', import.meta.url), 'utf8');

/** What page/receiver.js keeps. */
interface PageReceiver {
  tracks: Record<
    string,
    { mid: string; trackId: string; participantId: string; kind: string; source: string }
  >;
  send(message: unknown): void;
}

/** One received track with what came of it so far. */
export interface Received {
  trackId: string;
  participantId: string;
  source: string;
  frames: number;
  width: number;
  height: number;
  audioEnergy: number;
  packets: number;
}

export interface ReceiverOptions extends PageOptions {
  name?: string;
  /** Runs in the page before it joins. */
  script?: string;
}

/** A participant in a browser page that only receives, by the protocol alone. */
export class Receiver {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async join(
    browser: Browser,
    room: string,
    { name, script, ...how }: ReceiverOptions = {},
  ): Promise<Receiver> {
    const page = await openPage(browser, '/health', how);
    await page.addScriptTag({ content: RECEIVER });
    if (script !== undefined) await page.addScriptTag({ content: script });
    await page.evaluate(
      (given) =>
        (globalThis as unknown as { receive(id: string, name?: string): Promise<void> }).receive(
          given.room,
          given.name,
        ),
      { room, name },
    );
    return new Receiver(page);
  }

  send(message: Record<string, unknown>): Promise<void> {
    return this.page.evaluate(
      (m) => (globalThis as unknown as { receiver: PageReceiver }).receiver.send(m),
      message,
    );
  }

  /** Every track that the last offer carried, with its figures. */
  async tracks(): Promise<Received[]> {
    const { connections } = await report(this.page);
    const tracks = await this.page.evaluate(
      () => (globalThis as unknown as { receiver: PageReceiver }).receiver.tracks,
    );
    return Object.values(tracks).map(({ mid, trackId, participantId, source }) => {
      const rtp = connections.flatMap((c) => c.inbound).find((stream) => stream.mid === mid);
      const { frames = 0, width = 0, height = 0, audioEnergy = 0, packets = 0 } = rtp ?? {};
      return { trackId, participantId, source, frames, width, height, audioEnergy, packets };
    });
  }

  /** The track of a source, if it is received. */
  async track(source: string): Promise<Received | undefined> {
    return (await this.tracks()).find((track) => track.source === source);
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
