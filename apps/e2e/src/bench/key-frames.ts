/**
 * `pnpm bench:key-frames`: what a recorder that asks for a key frame each 10 s costs whoever looks at the video: bytes, how late frames
 * come, and the quantizer, which tells of the picture.
 *
 *     node apps/e2e/src/bench/key-frames.ts [--seconds 40] [--every 10]
 *
 * Chromium sends to itself, without a server: a node passes key frames on like any other.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../launch-browser.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '40' },
    every: { type: 'string', default: '10' },
  },
});
const picture = { bitrate: 1_500_000, width: 1280, height: 720, rate: 25 };
const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  await page.addScriptTag({
    content: await readFile(new URL('../../page/key-frames.js', import.meta.url), 'utf8'),
  });
  for (const every of [0, Number(values.every)]) {
    const wish = JSON.stringify({ ...picture, seconds: Number(values.seconds), every });
    const seen = await page.evaluate(`keyFrames.measure(${wish})`);
    console.log(every === 0 ? 'nobody asks:' : `asked each ${every} s:`, JSON.stringify(seen));
  }
} finally {
  await browser.close();
}
