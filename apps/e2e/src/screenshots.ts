/**
 * `pnpm screenshots`: makes the pictures of the documentation in a real meeting. Needs a running `pnpm dev`; another
 * address than http://localhost:8080 can be given as argument.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchBrowser } from './launch-browser.ts';

const base = process.argv[2] ?? 'http://localhost:8080';
const folder = fileURLToPath(new URL('../../../docs/', import.meta.url));
const FACES = readFileSync(new URL('../page/faces.js', import.meta.url), 'utf8');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const browser = await launchBrowser();
const room = `calm-otter-${Math.random().toString(36).slice(2, 6)}`;

async function enter(name: string, hue: number, colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await browser.newContext({
    viewport: DESKTOP,
    colorScheme,
    permissions: ['camera', 'microphone'],
  });
  await context.addInitScript({ content: `globalThis.hue = ${hue};\n${FACES}` });
  const page = await context.newPage();
  await page.goto(`${base}/r/${room}`);
  await page.getByTestId('lobby-name').fill(name);
  return page;
}

async function join(page: Page): Promise<void> {
  await page.getByTestId('lobby-join').click();
  await page.getByTestId('room').waitFor();
}

/** Takes a picture once the layout and the layers have settled. */
async function shoot(page: Page, name: string, viewport = DESKTOP): Promise<void> {
  await page.setViewportSize(viewport);
  // A mouse over a tile shows what can be done with it.
  await page.mouse.move(0, 0);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `${folder}${name}.png` });
  await page.setViewportSize(DESKTOP);
  console.error(`docs/${name}.png`);
}

const grace = await enter('Grace Hopper', 200, 'light');
await join(grace);
const alan = await enter('Alan Turing', 95, 'dark');
await join(alan);
const katherine = await enter('Katherine Johnson', 330, 'light');
await join(katherine);
const ada = await enter('Ada Lovelace', 265, 'light');
await shoot(ada, 'lobby');
await join(ada);
await katherine.getByTestId('toggle-mic').click();
await ada.waitForTimeout(6000);
await shoot(ada, 'meeting');
await shoot(ada, 'meeting-phone', PHONE);
await grace.getByTestId('toggle-screen').click();
await ada.waitForTimeout(5000);
await shoot(alan, 'screen-share-dark');
await browser.close();
