import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';

/** Three tabs that encode keep two cores busy, ms. */
const PATIENCE = 20_000;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

/** Asks the API, which everybody may while tokens are not required. */
async function api(method: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${inject('url')}/api/rooms${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

const grant = (room: string, participantId: string | undefined, grants: object) =>
  api('PATCH', `/${room}/participants/${participantId}`, { grants });

/** What is heard in a while. */
async function heardNow(meet: Meet): Promise<number> {
  const before = await meet.heard();
  await sleep(1000);
  return (await meet.heard()) - before;
}

it('a moderator mutes, lets in and removes; who loses a grant is not seen any more', async () => {
  const ann = await Meet.join(browser, 'moderated', 'Ann');
  const bob = await Meet.join(browser, 'moderated', 'Bob');
  await expect
    .poll(async () => (await ann.tile('Bob'))?.frames ?? 0, { timeout: PATIENCE })
    .toBeGreaterThan(5);
  await expect.poll(() => ann.heard(), { timeout: PATIENCE }).toBeGreaterThan(0.001);
  const self = await ann.tile('Ann (you)');
  await grant('moderated', self?.participantId, { moderate: true });

  // Muted: silence for the others, off for the one concerned, who may speak again.
  await ann.press('moderate-mute');
  await expect.poll(async () => (await ann.tile('Bob'))?.muted, { timeout: PATIENCE }).toBe(true);
  await expect.poll(async () => (await bob.tile('Bob (you)'))?.muted, { timeout: PATIENCE }).toBe(true);
  await expect.poll(() => heardNow(ann), { timeout: PATIENCE, message: 'silence' }).toBeLessThan(0.0001);
  await bob.press('toggle-mic');
  await expect
    .poll(() => heardNow(ann), { timeout: PATIENCE, message: 'sound again' })
    .toBeGreaterThan(0.001);

  // Without the grant the picture goes, and cannot be switched on; with it it can.
  const { participantId } = (await ann.tile('Bob')) ?? {};
  await grant('moderated', participantId, { publish: ['microphone'] });
  await expect
    .poll(async () => (await ann.tile('Bob'))?.width, { timeout: PATIENCE, message: 'the picture is gone' })
    .toBe(0);
  await bob.press('toggle-camera');
  await expect
    .poll(() => bob.page.getByTestId('notices').textContent(), { timeout: PATIENCE })
    .toContain('Ask a moderator');
  await grant('moderated', participantId, { publish: ['microphone', 'camera'] });
  await expect
    .poll(
      async () => {
        const { width = 0 } = (await ann.tile('Bob')) ?? {};
        const off = ((await bob.tile('Bob (you)'))?.width ?? 0) === 0;
        if (width === 0 && off) await bob.press('toggle-camera');
        return width;
      },
      { timeout: PATIENCE, interval: 2000, message: 'the picture is back' },
    )
    .toBeGreaterThan(0);

  // Somebody waits, is seen to wait, and comes in.
  await api('PATCH', '/moderated', { lobby: true });
  const cyd = await Meet.open(browser, 'moderated');
  await cyd.knock('Cyd');
  await cyd.page.getByTestId('waiting').waitFor();
  await ann.press('admit');
  await cyd.page.getByTestId('room').waitFor();
  await expect
    .poll(async () => (await ann.tile('Cyd'))?.frames ?? 0, { timeout: PATIENCE })
    .toBeGreaterThan(5);
  const dan = await Meet.open(browser, 'moderated');
  await dan.knock('Dan');
  await ann.press('deny');
  expect(await dan.ending()).toContain('You were not let in');

  await ann.press('toggle-people');
  await ann.press('lock-switch');
  await expect
    .poll(() => ann.page.getByTestId('lock-switch').getAttribute('aria-checked'), { timeout: PATIENCE })
    .toBe('true');
  ann.page.once('dialog', (dialog) => dialog.accept());
  await ann.page.getByLabel('Remove Bob').click();
  expect(await bob.ending()).toContain('You were removed');
  await bob.press('rejoin');
  await bob.page.getByRole('heading', { name: 'The room is locked' }).waitFor();
}, 120_000);
