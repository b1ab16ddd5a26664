import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { frameAt } from './decode.ts';

/** Where it is looked into, of its length. */
const SEEKS = [0.7, 0.3];
const PATIENCE_MS = 20_000;

/** What a `<video>` showed after it was sought to. */
export interface Shown {
  /** Where, ms in the file. */
  at: number;
  /** When what it shows was drawn, ms since the epoch; absent where that cannot be read. */
  drawn?: number;
}

/** Plays a file as the recordings page does, by its link, and goes to several places in it. @param from when its time 0 was */
export async function seekInBrowser(
  browser: Browser,
  origin: string,
  url: string,
  from: number,
): Promise<Shown[]> {
  const context = await browser.newContext();
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-seek-'));
  try {
    const page = await context.newPage();
    await page.goto(`${origin}/health`);
    await page.setContent('<video muted preload="auto" style="width: 640px; height: 360px"></video>');
    const video = page.locator('video');
    await video.evaluate((element, source) => {
      (element as HTMLVideoElement).src = source;
    }, new URL(url, origin).href);
    await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2, undefined, {
      timeout: PATIENCE_MS,
    });
    const shown: Shown[] = [];
    for (const share of SEEKS) {
      const at = await video.evaluate(async (element, share) => {
        const player = element as HTMLVideoElement;
        const drawn = new Promise((resolve) => player.requestVideoFrameCallback(resolve));
        player.currentTime = player.duration * share;
        await drawn;
        return player.currentTime * 1000;
      }, share);
      // The picture may come from another origin, so the page itself must not read it.
      const picture = path.join(folder, 'shown.png');
      await video.screenshot({ path: picture, timeout: PATIENCE_MS });
      const { drawn } = await frameAt(picture, 0, { from: from + at });
      shown.push({ at, ...(drawn !== undefined && { drawn }) });
    }
    return shown;
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
}
