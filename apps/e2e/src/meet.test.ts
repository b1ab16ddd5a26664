import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

/** Waits until the tile shows moving pictures. */
async function expectMoving(meet: Meet, name: string): Promise<void> {
  await expect
    .poll(async () => (await meet.tile(name))?.frames ?? 0, { timeout: 15_000, message: `${name} is seen` })
    .toBeGreaterThan(5);
  const before = (await meet.tile(name))?.frames ?? 0;
  await expect
    .poll(async () => (await meet.tile(name))?.frames ?? 0, { timeout: 5000, message: `${name} moves` })
    .toBeGreaterThan(before + 5);
}

describe('two tabs through our page', () => {
  it('see and hear each other', async () => {
    const ann = await Meet.join(browser, 'two-tabs', 'Ann');
    const bob = await Meet.join(browser, 'two-tabs', 'Bob');
    await expectMoving(ann, 'Bob');
    await expectMoving(bob, 'Ann');
    await expectMoving(ann, 'Ann (you)');
    for (const [listener, name] of [
      [ann, 'Ann'],
      [bob, 'Bob'],
    ] as const) {
      await expect
        .poll(() => listener.heard(), { timeout: 10_000, message: `${name} hears` })
        .toBeGreaterThan(0.001);
    }
    expect(await ann.names()).toEqual(['Ann (you)', 'Bob']);
  });

  it('share a screen beside the camera, and stop', async () => {
    const ann = await Meet.join(browser, 'screens', 'Ann');
    const bob = await Meet.join(browser, 'screens', 'Bob');
    await expectMoving(bob, 'Ann');
    await ann.press('toggle-screen');
    await expectMoving(bob, 'Ann’s screen');
    await expectMoving(bob, 'Ann');
    await ann.press('toggle-screen');
    await expect.poll(() => bob.names(), { timeout: 5000 }).toEqual(['Ann', 'Bob (you)']);
    await expectMoving(bob, 'Ann');
    await ann.press('toggle-screen');
    await expectMoving(bob, 'Ann’s screen');
  });

  it('mute and turn the camera off and on again', async () => {
    const ann = await Meet.join(browser, 'mutes', 'Ann');
    const bob = await Meet.join(browser, 'mutes', 'Bob');
    await expectMoving(bob, 'Ann');
    await expect.poll(() => bob.heard(), { timeout: 10_000 }).toBeGreaterThan(0.001);
    await ann.press('toggle-mic');
    await expect.poll(async () => (await bob.tile('Ann'))?.muted).toBe(true);
    // What is still in the jitter buffer plays out first.
    await expect
      .poll(
        async () => {
          const before = await bob.heard();
          await sleep(1500);
          return (await bob.heard()) - before;
        },
        { timeout: 10_000, message: 'a muted microphone falls silent' },
      )
      .toBeLessThan(0.0001);
    const heard = await bob.heard();
    await ann.press('toggle-mic');
    await expect.poll(async () => (await bob.tile('Ann'))?.muted).toBe(false);
    await expect.poll(() => bob.heard(), { timeout: 5000 }).toBeGreaterThan(heard + 0.001);

    await ann.press('toggle-camera');
    await expect.poll(async () => (await bob.tile('Ann'))?.width, { message: 'the picture is gone' }).toBe(0);
    await ann.press('toggle-camera');
    await expectMoving(bob, 'Ann');
  });
});

describe('people come and go', () => {
  it('a late joiner sees everybody; a leaver and a closed tab are gone; a reload is one person', async () => {
    const ann = await Meet.join(browser, 'traffic', 'Ann');
    const bob = await Meet.join(browser, 'traffic', 'Bob');
    await expectMoving(ann, 'Bob');
    await ann.press('toggle-screen');
    await expectMoving(bob, 'Ann’s screen');

    const late = await Meet.join(browser, 'traffic', 'Late');
    for (const name of ['Ann', 'Bob', 'Ann’s screen']) await expectMoving(late, name);
    await expectMoving(ann, 'Late');

    await late.press('leave');
    await late.page.getByTestId('ended').waitFor();
    await expect.poll(() => ann.names(), { timeout: 5000 }).not.toContain('Late');

    await bob.page.reload();
    await bob.knock('Bob');
    await expectMoving(bob, 'Ann');
    await expectMoving(ann, 'Bob');
    await expect.poll(() => ann.names(), { timeout: 5000 }).toEqual(['Ann (you)', 'Bob', 'Your screen']);

    await bob.page.close();
    await expect.poll(() => ann.names(), { timeout: 20_000 }).toEqual(['Ann (you)', 'Your screen']);
  });

  it('a full room and a closed room say what to do next', async () => {
    const url = inject('url');
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ id: 'one-seat', maxParticipants: 1 });
    expect((await fetch(`${url}/api/rooms`, { method: 'POST', body, headers })).status).toBe(201);
    const ann = await Meet.join(browser, 'one-seat', 'Ann');
    const bob = await Meet.open(browser, 'one-seat');
    await bob.knock('Bob');
    expect(await bob.ending()).toMatch(/full/i);
    expect((await fetch(`${url}/api/rooms/one-seat`, { method: 'DELETE' })).status).toBe(204);
    expect(await ann.ending()).toMatch(/closed/i);
  });
});
