import type { GrantsChange } from '@parley/protocol/grants';
import { mintApiToken, mintToken } from '@parley/server/mint-token';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { leaveAll, openPage } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { Stack } from './stack.ts';

/** Tabs that encode keep two cores busy, ms. */
const PATIENCE = 20_000;
const ROOM = 'invited';
const apiKey = { id: 'e2e', secret: 'e2e-secret-e2e-secret-e2e-secret-00' };

let browser: Browser;
let stack: Stack;
beforeAll(async () => {
  browser = await launchBrowser();
  stack = await Stack.start({
    edgeEnv: { PARLEY_SECURITY_REQUIRE_AUTH: 'true', PARLEY_API_KEYS: `${apiKey.id}:${apiKey.secret}` },
  });
}, 90_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});
afterEach(() => leaveAll(browser));

const tokenFor = (identity: string, grants: GrantsChange = {}, room = ROOM) =>
  mintToken({ apiKey, identity, name: identity, room, grants });

/** Follows a link with a token, and joins. */
async function join(token: string): Promise<Meet> {
  return Meet.join(browser, `${ROOM}#token=${token}`, 'Whoever', { url: stack.url });
}

async function ask(method: string, path: string, token?: string): Promise<[number, string | undefined]> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(`${stack.url}${path}`, { method, headers });
  const body = (await response.json().catch(() => ({}))) as { code?: string };
  return [response.status, body.code];
}

it('lets nobody in without a token for the room, and says what to ask for', async () => {
  const endings = new Map([
    [ROOM, 'You need an invitation'],
    [`${ROOM}#token=${await tokenFor('eve', {}, 'elsewhere')}`, 'for another room'],
    [
      `${ROOM}#token=${await mintToken({ apiKey, identity: 'eve', room: ROOM, ttlSeconds: -60 })}`,
      'has expired',
    ],
  ]);
  for (const [link, text] of endings) {
    const page = await Meet.open(browser, link, { url: stack.url });
    await page.knock('Eve');
    expect(await page.ending(), link.slice(0, 20)).toContain(text);
    await page.page.context().close();
  }
  expect(await ask('GET', '/api/rooms')).toEqual([401, 'token_missing']);
  expect(await ask('GET', '/metrics')).toEqual([401, 'token_missing']);
  expect((await ask('GET', '/health'))[0]).toBe(200);
  expect(await ask('GET', '/api/rooms', await mintApiToken({ apiKey }))).toEqual([200, undefined]);
});

it('each has what its token grants and nothing else, at the node and in the room', async () => {
  const ann = await join(await tokenFor('Ann', { moderate: true }));
  const bob = await join(await tokenFor('Bob', { publish: ['microphone'], data: false }));
  const eve = await join(await tokenFor('Eve', { subscribe: false }));

  // Everybody is called what the token says.
  await expect.poll(() => ann.names(), { timeout: PATIENCE }).toEqual(['Ann (you)', 'Bob', 'Eve']);
  await expect
    .poll(async () => (await bob.tile('Ann'))?.frames ?? 0, { timeout: PATIENCE, message: 'Bob sees Ann' })
    .toBeGreaterThan(5);
  await expect
    .poll(async () => (await ann.tile('Eve'))?.frames ?? 0, { timeout: PATIENCE, message: 'Ann sees Eve' })
    .toBeGreaterThan(5);
  await expect
    .poll(() => ann.heard(), { timeout: PATIENCE, message: 'Ann hears Bob' })
    .toBeGreaterThan(0.001);
  expect((await ann.tile('Bob'))?.frames, 'Bob may not show himself').toBe(0);
  expect((await eve.tile('Ann'))?.frames, 'Eve may not watch').toBe(0);
  expect(await eve.heard(), 'nor listen').toBe(0);

  await bob.say('may I?');
  await expect
    .poll(() => bob.page.getByTestId('notices').textContent(), { timeout: PATIENCE })
    .toContain('You may not write here');
  expect(await ann.page.getByTestId('moderate-remove').count(), 'Ann moderates').toBeGreaterThan(0);
  expect(await bob.page.getByTestId('moderate-remove').count(), 'Bob does not').toBe(0);
});

it('the connection test asks for a token, and meets in the room of the two that its link brings', async () => {
  const without = await openPage(browser, '/test', { url: stack.url });
  await runTest(without);
  expect(await without.locator('[data-check=signaling]').textContent()).toContain('who has an access token');
  await without.context().close();

  const room = 'connection-test-17';
  const [token, receiver] = await Promise.all(['one', 'two'].map((who) => tokenFor(who, {}, room)));
  const page = await openPage(browser, `/test#token=${token}&receiver=${receiver}`, { url: stack.url });
  expect(await page.textContent('main')).toContain(room);
  await runTest(page);
  for (const check of ['publish', 'subscribe', 'reconnect']) {
    await expect
      .poll(() => page.locator(`[data-check=${check}]`).getAttribute('data-state'), { message: check })
      .toMatch(/passed|warning/);
  }
});

/** Runs the test of the page to its end. */
async function runTest(page: Page): Promise<void> {
  await page.getByTestId('test-devices').uncheck();
  await page.getByTestId('test-start').click();
  await page.locator('[data-testid=connection-test][data-outcome]').waitFor({ timeout: 50_000 });
}

it('the API opens for a participant what its token grants, of its own room', async () => {
  const moderator = await tokenFor('ann', { moderate: true });
  const recorder = await tokenFor('rec', { record: true });
  const guest = await tokenFor('eve');
  const server = await mintApiToken({ apiKey });
  await join(await tokenFor('Ann'));
  const at = `/api/rooms/${ROOM}`;

  for (const token of [moderator, recorder, guest]) {
    expect(await ask('GET', at, token), 'its own room').toEqual([200, undefined]);
    expect(await ask('GET', '/api/rooms/elsewhere', token)).toEqual([403, 'token_wrong_room']);
    expect(await ask('GET', '/api/rooms', token)).toEqual([403, 'token_insufficient']);
    expect(await ask('DELETE', at, token)).toEqual([403, 'token_insufficient']);
    expect(await ask('POST', '/api/tokens', token)).toEqual([403, 'token_insufficient']);
  }
  expect(await ask('GET', `${at}/lobby`, moderator)).toEqual([200, undefined]);
  expect(await ask('GET', `${at}/lobby`, guest)).toEqual([403, 'token_insufficient']);
  expect(await ask('POST', `${at}/recording/start`, recorder)).toEqual([503, 'recording_unavailable']);
  expect(await ask('POST', `${at}/recording/start`, moderator)).toEqual([403, 'token_insufficient']);
  expect(await ask('DELETE', at, server)).toEqual([204, undefined]);
});
