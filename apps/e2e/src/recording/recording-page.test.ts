import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible } from '../accessible.ts';
import { leaveAll } from '../browser.ts';
import { launchBrowser } from '../launch-browser.ts';
import { Meet } from '../meet.ts';

const PATIENCE = { timeout: 30_000 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

it('a person records, everybody is told, and the page plays, downloads and deletes what was recorded', async () => {
  const room = 'recording-page';
  const ann = await Meet.join(browser, room, 'Ann');
  const bob = await Meet.join(browser, room, 'Bob');
  await ann.press('open-recording');
  await ann.press('start-recording');
  await bob.page.getByTestId('recording-mark').waitFor(PATIENCE);
  await bob.page.getByTestId('recording-notice').waitFor();
  await bob.press('recording-stay');
  expect(await ann.page.getByTestId('recording-notice').count(), 'who starts it knows').toBe(0);

  const late = await Meet.open(browser, room);
  await late.page.getByTestId('lobby-recorded').waitFor();
  await late.knock('Cy');
  await late.page.getByTestId('recording-mark').waitFor();
  expect(await late.page.getByTestId('recording-notice').count(), 'the lobby has told').toBe(0);

  await expect
    .poll(async () => (await bob.page.getByTestId('recording-mark').textContent()) ?? '', PATIENCE)
    .toMatch(/0:0[3-9]|0:[1-5]/);
  await ann.press('open-recording');
  ann.page.once('dialog', (question) => void question.accept());
  await ann.press('stop-recording');
  await bob.page.getByTestId('recording-mark').waitFor({ state: 'detached', ...PATIENCE });
  // Nobody sends any more while files are made and played.
  await Promise.all([bob, late].map(({ page }) => page.close()));

  const { page } = ann;
  await page.goto(`${inject('url')}/r/${room}/recordings`);
  const item = page.getByTestId('recording');
  await item.waitFor();
  await expect.poll(() => item.getAttribute('data-status'), PATIENCE).toBe('finished');
  await item.getByTestId('recording-open').click();
  const anns = page.getByTestId('recording-file').filter({ hasText: 'Ann' });
  await anns.waitFor();
  await expectAccessible(page, 'the recordings');
  const player = anns.getByTestId('player');
  await player.evaluate((video: HTMLVideoElement) => video.play());
  const state = () =>
    player.evaluate((video: HTMLVideoElement) => ({
      at: video.currentTime,
      pictures: video.getVideoPlaybackQuality().totalVideoFrames,
      width: video.videoWidth,
    }));
  await expect.poll(async () => (await state()).at, PATIENCE).toBeGreaterThan(1);
  expect((await state()).pictures).toBeGreaterThan(0);
  expect((await state()).width).toBeGreaterThan(0);
  await player.evaluate((video: HTMLVideoElement) => {
    video.currentTime = 2;
  });
  await expect.poll(async () => (await state()).at, PATIENCE).toBeGreaterThan(2);

  const [download] = await Promise.all([page.waitForEvent('download'), anns.getByTestId('download').click()]);
  expect(download.suggestedFilename()).toMatch(/\.(webm|mp4)$/);
  page.once('dialog', (question) => void question.accept());
  await page.getByTestId('recording-delete').click();
  await page.getByTestId('no-recordings').waitFor();
}, 120_000);
