import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launchBrowser } from '../launch-browser.ts';
import { describeTiles, proveTiles } from './tiles.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it('of twelve tiles of which four are seen the others are neither sent nor encoded', async () => {
  const options = { people: 12, columns: 2, rows: 2, rate: 4, windowMs: 3000 };
  const shown = await proveTiles({ url: inject('url'), browser, ...options });
  console.log(describeTiles(shown));
  const [low = 0, medium = 0, high = 0] = shown.seen.sending;
  expect(low, 'bots that send anything').toBe(4);
  expect(medium).toBeLessThanOrEqual(4);
  expect(high).toBeLessThanOrEqual(medium);
}, 150_000);
