import { Bot } from '@parley/bots/bot';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';

const PATIENCE = { timeout: 15_000 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

async function botIn(room: string, name: string): Promise<Bot> {
  const bot = new Bot({ edgeUrl: inject('url'), room, name, publish: ['microphone'] });
  await bot.join();
  await bot.ready();
  return bot;
}

it('the list of people shows who is here, and a moderator renames, mutes and sets the room', async () => {
  const room = 'people';
  const ann = await Meet.join(browser, room, 'Ann');
  const { page } = ann;
  const bob = await botIn(room, 'Bob');
  await expect.poll(() => page.getByTestId('announcer').textContent(), PATIENCE).toContain('Bob');
  await ann.press('toggle-people');
  const rows = () => page.getByTestId('person').evaluateAll((all) => all.map((one) => one.textContent));
  await expect.poll(rows, PATIENCE).toEqual([expect.stringContaining('Ann'), expect.stringContaining('Bob')]);
  expect(await page.getByTestId('person-actions').count(), 'one has actions of one’s own').toBe(1);

  await ann.press('person-actions');
  await ann.press('person-rename');
  await page.getByTestId('rename-input').fill('Anna');
  await page.keyboard.press('Enter');
  await bob.event('participant-renamed', ({ name }) => name === 'Anna');
  await expect.poll(() => ann.names(), PATIENCE).toContain('Anna (you)');

  const self = (await ann.tiles()).find((tile) => tile.self)?.participantId;
  const grant = await fetch(`${inject('url')}/api/rooms/${room}/participants/${self}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ grants: { moderate: true } }),
  });
  expect(grant.status).toBe(200);
  const bobs = page.getByTestId('person').filter({ hasText: 'Bob' });
  await bobs.getByTestId('person-actions').click();
  await expectAccessible(page, 'the people');
  await ann.press('person-rename');
  await page.getByTestId('rename-input').fill('Robert');
  await ann.press('rename-submit');
  await expect.poll(rows, PATIENCE).toContainEqual(expect.stringContaining('Robert'));

  await ann.press('mute-all');
  await expect
    .poll(
      () => page.getByTestId('person').filter({ hasText: 'Robert' }).getByLabel('Muted').count(),
      PATIENCE,
    )
    .toBe(1);
  expect(await page.getByTestId('mute-all').isDisabled(), 'nobody is left to mute').toBe(true);

  await ann.press('lobby-switch');
  await expect
    .poll(async () => (await (await fetch(`${inject('url')}/api/rooms/${room}`)).json()).lobby, PATIENCE)
    .toBe(true);
  await bob.leave();
  await expect.poll(() => page.getByTestId('announcer').textContent(), PATIENCE).toContain('left');
}, 90_000);

it('keys do what buttons do, but not where one writes; the space bar opens the microphone while it is held', async () => {
  const ann = await Meet.join(browser, 'keys', 'Ann');
  const { page } = ann;
  const pressed = (testId: string) => page.getByTestId(testId).getAttribute('aria-label');
  await expect.poll(() => pressed('toggle-mic'), PATIENCE).toBe('Mute the microphone');
  await page.keyboard.press('m');
  await expect.poll(() => pressed('toggle-mic'), PATIENCE).toBe('Unmute the microphone');
  await page.keyboard.down('Space');
  await expect.poll(() => pressed('toggle-mic'), PATIENCE).toBe('Mute the microphone');
  await page.keyboard.up('Space');
  await expect.poll(() => pressed('toggle-mic'), PATIENCE).toBe('Unmute the microphone');
  await page.keyboard.press('v');
  await expect.poll(() => pressed('toggle-camera'), PATIENCE).toBe('Turn the camera on');

  await page.keyboard.press('i');
  await expect.poll(() => page.getByTestId('stats').textContent(), PATIENCE).toMatch(/\d+(\.\d)? [kM]bit\/s/);
  await page.getByTestId('tile-stats').waitFor();
  await expectAccessible(page, 'the statistics');
  await page.keyboard.press('i');
  await expect.poll(() => page.getByTestId('stats').count(), PATIENCE).toBe(0);

  await page.keyboard.press('c');
  await page.getByTestId('chat-input').waitFor();
  await page.keyboard.type('my v');
  expect(await page.getByTestId('chat-input').inputValue()).toBe('my v');
  expect(await pressed('toggle-mic'), 'letters of a text are no shortcuts').toBe('Unmute the microphone');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByTestId('chat').count(), PATIENCE).toBe(0);

  await page.keyboard.press('?');
  await expectAccessible(page, 'the shortcuts');
  await page.getByTestId('shortcuts').getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  // While the dialog closes keys are its own.
  await expect.poll(() => page.getByTestId('shortcuts').count(), PATIENCE).toBe(0);
  await page.keyboard.press('p');
  await page.keyboard.press('?');
  await page.getByTestId('shortcuts').waitFor();
  expect(await page.getByTestId('people').count(), 'keys are switched off, but the help').toBe(0);
}, 60_000);
