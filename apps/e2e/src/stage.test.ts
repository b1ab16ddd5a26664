import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { Bot } from '../../../packages/bots/src/bot.ts';
import { leaveAll, report } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';

const PATIENCE = 30_000;
const LAPTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let browser: Browser;
const bots: Bot[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await Promise.all(bots.splice(0).map((bot) => bot.leave()));
  await leaveAll(browser);
});

async function comeIn(room: string, name: string, publish: ('microphone' | 'camera')[] = []): Promise<void> {
  const bot = new Bot({ edgeUrl: inject('url'), room, name, publish });
  bots.push(bot);
  await bot.join();
}

/** Joins somebody who does not stop speaking: the browser's own microphone only beeps. */
async function speakIn(room: string, name: string): Promise<void> {
  const { page } = await Meet.open(browser, 'another');
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      const context = new AudioContext();
      const out = new MediaStreamAudioDestinationNode(context);
      const tone = new OscillatorNode(context, { frequency: 300 });
      tone.connect(new GainNode(context, { gain: 0.3 })).connect(out);
      tone.start();
      return out.stream;
    };
  });
  await page.goto(`${inject('url')}/r/${room}`);
  await page.getByTestId('lobby-name').fill(name);
  await page.getByTestId('lobby-join').click();
  await page.getByTestId('room').waitFor();
}

/** How many videos arrive since the last look, at two a second or less. */
function arriving(meet: Meet): () => Promise<number | undefined> {
  let before: Map<string, number> | undefined;
  return async () => {
    const { connections } = await report(meet.page);
    const videos = connections.flatMap(({ inbound }) => inbound).filter(({ kind }) => kind === 'video');
    const last = before;
    before = new Map(videos.map(({ mid = '', bytes }) => [mid, bytes]));
    return last && [...before].filter(([mid, bytes]) => bytes > (last.get(mid) ?? 0)).length;
  };
}

it('shows two people large, many in pages, who speaks or is pinned in front, and receives what it shows', async () => {
  const ann = await Meet.join(browser, 'stage', 'Ann');
  const { page } = ann;
  const main = async () => {
    const key = (await page.getByTestId('stage').getAttribute('data-main')) ?? '';
    const tiles = await ann.tiles();
    return tiles.find(({ participantId }) => key.startsWith(participantId))?.name;
  };
  const eventually = (what: () => Promise<unknown>, message: string) =>
    expect.poll(what, { timeout: PATIENCE, interval: 500, message });

  await page.getByTestId('alone').waitFor();
  await comeIn('stage', 'Bob', ['camera']);
  await eventually(main, 'Bob is large').toBe('Bob');
  expect(await page.getByTestId('alone').count()).toBe(0);

  for (const name of ['Cyd', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal']) await comeIn('stage', name);
  await comeIn('stage', 'Ida', ['camera']);
  await ann.press('toggle-mic');
  await speakIn('stage', 'Jim');
  await eventually(async () => (await ann.tiles()).length, 'a laptop shows all ten').toBe(10);
  await eventually(async () => (await ann.tile('Ida'))?.frames, 'Ida is seen').toBeGreaterThan(2);

  await page.setViewportSize(PHONE);
  await eventually(() => page.getByTestId('page').textContent(), 'a phone has pages').toContain('1 / 2');
  // He came last, and is in front all the same.
  await eventually(() => ann.names(), 'Jim is on the first page').toContain('Jim');
  const firstPage = await ann.names();
  expect(firstPage).toHaveLength(8);
  expect(firstPage).toContain('Ann (you)');
  expect(firstPage, 'Jim took one place').not.toContain('Ida');
  await page.getByTestId('page-next').click();
  await eventually(async () => (await ann.tiles()).length, 'two are on the second page').toBe(2);
  expect(await page.locator('[data-testid=tile] video').count()).toBeLessThanOrEqual(1);
  await eventually(async () => (await ann.tile('Ida'))?.width, 'Ida is seen again').toBeGreaterThan(0);
  await eventually(arriving(ann), 'who is not seen is not received').toBe(1);

  await page.setViewportSize(LAPTOP);
  await page.getByTestId('layout-menu').selectOption('speaker');
  await eventually(main, 'who speaks is large').toBe('Jim');
  await page.getByRole('region', { name: 'Cyd', exact: true }).getByTestId('pin').click();
  await eventually(main, 'who is pinned is large').toBe('Cyd');
  await page.getByRole('region', { name: 'Cyd', exact: true }).getByTestId('pin').click();
  await eventually(main, 'no longer').toBe('Jim');
});

it('a finger shows what can be done with a tile by one tap, and pins it by another', async () => {
  const { page } = await Meet.join(browser, 'finger', 'Ann', { phone: true });
  for (const name of ['Bob', 'Cyd']) await comeIn('finger', name);
  const bob = page.getByRole('region', { name: 'Bob', exact: true });
  const pin = bob.getByTestId('pin');
  await bob.tap();
  await expect.poll(() => pin.evaluate((button) => getComputedStyle(button).pointerEvents)).toBe('auto');
  await pin.tap();
  const main = () => page.getByTestId('stage').getAttribute('data-main');
  await expect.poll(main, { timeout: PATIENCE }).toContain(await bob.getAttribute('data-participant-id'));
});
