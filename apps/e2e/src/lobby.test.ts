import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';

/** A busy machine takes its time; milliseconds. */
const SOON = { timeout: 15_000 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser(20, undefined, ['--use-fake-device-for-media-stream=fps=20,device-count=2']);
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, testId: string): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 40) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const { activeElement: element } = document;
      return (element as HTMLElement | null)?.dataset['testid'] ?? element?.outerHTML.slice(0, 60) ?? '';
    });
    if (at === testId) return;
    passed.push(at);
  }
  throw new Error(`Tab does not come to ${testId}, but to ${passed.join(', ')}`);
}

const languageOf = (page: Page) => page.evaluate(() => document.documentElement.lang);
const choiceOf = (page: Page, testId: string) =>
  page
    .getByTestId(testId)
    .first()
    .evaluate((menu) => (menu as HTMLSelectElement).value);

/** The other device of a menu. */
async function another(page: Page, testId: string): Promise<string> {
  const values = await page
    .getByTestId(testId)
    .first()
    .evaluate((menu) => [...(menu as HTMLSelectElement).options].map(({ value }) => value));
  const now = await choiceOf(page, testId);
  const other = values.find((value) => value !== now && value !== 'default');
  if (other === undefined) throw new Error(`${testId} has nothing but ${now}`);
  return other;
}

it('goes through lobby, settings, room and end with the keyboard alone; axe finds nothing', {
  timeout: 120_000,
}, async () => {
  const { page } = await Meet.open(browser, 'by-keyboard');
  await page.getByTestId('choose-camera').locator('option').nth(1).waitFor({ state: 'attached' });
  await expectAccessible(page, 'the lobby');
  await tabTo(page, 'open-settings');
  await page.keyboard.press('Enter');
  await page.getByTestId('settings').waitFor();
  await expectAccessible(page, 'the settings');
  await tabTo(page, 'theme-system');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect
    .poll(() => page.evaluate(() => getComputedStyle(document.body).colorScheme), SOON)
    .toBe('dark');
  await page.keyboard.press('Escape');
  await page.getByTestId('settings').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['testid'])).toBe(
    'open-settings',
  );
  await tabTo(page, 'lobby-name');
  await page.keyboard.type('Ann');
  await tabTo(page, 'lobby-join');
  await page.keyboard.press('Enter');
  await page.getByTestId('room').waitFor();
  await tabTo(page, 'toggle-chat');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Hello');
  await page.keyboard.press('Enter');
  await page.getByText('Hello').waitFor();
  await expectAccessible(page, 'the room');
  await page.keyboard.press('Escape');
  await tabTo(page, 'leave');
  await page.keyboard.press('Enter');
  await page.getByTestId('ended').waitFor();
  await expectAccessible(page, 'the end');
  await tabTo(page, 'rejoin');
});

it('waits before the door of a room with a lobby, in a page without barriers', async () => {
  const body = JSON.stringify({ id: 'a-door', lobby: true });
  const headers = { 'Content-Type': 'application/json' };
  expect((await fetch(`${inject('url')}/api/rooms`, { method: 'POST', body, headers })).status).toBe(201);
  const ann = await Meet.open(browser, 'a-door');
  await ann.knock('Ann');
  await ann.page.getByTestId('waiting').waitFor();
  await expectAccessible(ann.page, 'the waiting room');
});

it('speaks German and takes other devices, at once and the next time', async () => {
  const ann = await Meet.open(browser, 'devices?lang=de');
  const { page } = ann;
  expect(await languageOf(page)).toBe('de');
  await page.getByRole('heading', { name: 'Bereit?' }).waitFor();
  await page.getByTestId('choose-camera').locator('option').nth(1).waitFor({ state: 'attached' });
  const camera = await another(page, 'choose-camera');
  await page.getByTestId('choose-camera').selectOption(camera);
  await expect.poll(() => choiceOf(page, 'choose-camera'), SOON).toBe(camera);
  await expect
    .poll(() => page.getByTestId('level').evaluate((meter) => (meter as HTMLMeterElement).value), SOON)
    .toBeGreaterThan(0.1);
  await page.getByTestId('toggle-mic').click();
  await page.getByTestId('open-settings').click();
  await page.getByTestId('choose-language').selectOption('en');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Ready to join?' }).waitFor();

  await page.reload();
  await page.getByRole('heading', { name: 'Ready to join?' }).waitFor();
  await expect
    .poll(() => choiceOf(page, 'choose-camera'), { ...SOON, message: 'the camera is remembered' })
    .toBe(camera);
  await ann.knock('Ann');
  await page.getByTestId('room').waitFor();
  await expect
    .poll(async () => (await ann.tile('Ann (you)'))?.muted, { ...SOON, message: 'so is what was off' })
    .toBe(true);
  await page.getByTestId('toggle-mic').click();
  await expect.poll(async () => (await ann.tile('Ann (you)'))?.muted, SOON).toBe(false);
  expect(await choiceOf(page, 'switch-camera')).toBe(camera);
  const back = await another(page, 'switch-camera');
  await page.getByTestId('switch-camera').selectOption(back);
  await expect.poll(() => choiceOf(page, 'switch-camera'), SOON).toBe(back);
  const microphone = await another(page, 'switch-microphone');
  await page.getByTestId('switch-microphone').selectOption(microphone);
  await expect.poll(() => choiceOf(page, 'switch-microphone'), SOON).toBe(microphone);
});

it('says what to do where devices are refused, goes on once they are allowed, and hears who talks while muted', async () => {
  const ann = await Meet.open(browser, 'refused');
  const { page } = ann;
  await page.addInitScript(() => {
    const page = globalThis as { refuse?: boolean };
    page.refuse = true;
    const allowed = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if (page.refuse) throw new DOMException('Permission denied', 'NotAllowedError');
      const stream = await allowed(constraints);
      if (!constraints?.audio) return stream;
      // A voice that does not end, in place of a beep a second.
      const context = new AudioContext();
      const out = context.createMediaStreamDestination();
      const voice = new OscillatorNode(context, { frequency: 220 });
      voice.connect(out);
      voice.start();
      return new MediaStream([...stream.getVideoTracks(), ...out.stream.getAudioTracks()]);
    };
  });
  await page.reload();
  const help = page.getByTestId('permission-help');
  await help.waitFor();
  expect(await help.textContent()).toMatch(/camera and microphone.*left of the address/);
  await expectAccessible(page, 'the lobby without devices');
  await page.evaluate(() => Object.assign(globalThis, { refuse: false }));
  await page.getByTestId('ask-again').click();
  await help.waitFor({ state: 'detached' });
  await page.locator('video').waitFor();
  await ann.knock('Ann');
  await page
    .getByTestId('toggle-mic')
    .and(page.getByRole('button', { name: 'Mute the microphone' }))
    .click();
  await page.getByTestId('muted-speech').waitFor();
  await page.getByTestId('toggle-mic').click();
  await page.getByTestId('muted-speech').waitFor({ state: 'detached' });
});
