import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll, openPage, report } from './browser.ts';
import { Embedder } from './embedder.ts';
import { launchBrowser } from './launch-browser.ts';

let browser: Browser;
let embedder: Embedder;
beforeAll(async () => {
  // Frames enough to see that they move: three cameras are encoded here.
  [browser, embedder] = await Promise.all([launchBrowser(10), Embedder.start(inject('url'), 'embedded')]);
});
afterEach(() => leaveAll(browser));
afterAll(async () => {
  await browser.close();
  await embedder.stop();
});

const open = (path: string) => openPage(browser, path, { url: embedder.url() });

/** Frames decoded of each video that a page receives. */
async function frames(page: Page): Promise<number[]> {
  const { connections } = await report(page);
  const videos = connections.flatMap(({ inbound }) => inbound).filter(({ kind }) => kind === 'video');
  return videos.map((video) => video.frames ?? 0);
}

/** Waits until a page plays so many others. */
async function plays(page: Page, count: number, what: string): Promise<void> {
  await expect
    .poll(async () => (await frames(page)).filter((decoded) => decoded > 15).length, {
      timeout: 30_000,
      message: `${what} decodes ${count} others`,
    })
    .toBe(count);
}

it('pages of another origin, by the served SDK, by React and by the protocol alone, are in one call', async () => {
  const html = await open('/html');
  const protocol = await open('/protocol');
  const react = await open('/react');
  await react.getByRole('button', { name: 'Join' }).click();
  await plays(html, 2, 'the page with the served SDK');
  await plays(protocol, 2, 'the page with the protocol alone');
  await plays(react, 2, 'the page with React');
  // Sounds as well, each in an element of its own.
  for (const page of [html, protocol]) {
    await expect.poll(() => page.locator('video, audio').count(), { message: 'what it plays' }).toBe(4);
  }
  expect((await react.locator('figcaption').allTextContents()).sort()).toEqual(['Ada', 'Alan', 'Grace']);

  await react.getByRole('button', { name: 'Leave' }).click();
  await react.getByText('The call is over.').waitFor();
  for (const page of [html, protocol]) {
    await expect.poll(() => page.locator('video, audio').count(), { message: 'who left is gone' }).toBe(2);
  }
});

it('Meet is in a call within a frame of an origin that the configuration names, and in no other', async () => {
  const html = await open('/html');
  const page = await open('/frame');
  const meet = page.frameLocator('iframe');
  await meet.getByTestId('lobby-name').fill('Framed');
  await meet.getByTestId('lobby-join').click();
  await plays(html, 1, 'the page beside it');
  await expect
    .poll(() => meet.getByTestId('tile').locator('video').count(), { message: 'Meet shows both' })
    .toBe(2);

  const stranger = await openPage(browser, '/frame', { url: embedder.url('localhost') });
  await stranger.waitForLoadState('load');
  expect(await stranger.frameLocator('iframe').getByTestId('lobby-name').count()).toBe(0);
});

it('the SDK is there for every origin, with types, source map and reference', async () => {
  const sdk = async (path: string) => {
    const response = await fetch(`${inject('url')}/sdk/${path}`);
    expect(response.headers.get('Access-Control-Allow-Origin'), path).toBe('*');
    return {
      type: response.headers.get('Content-Type'),
      cache: response.headers.get('Cache-Control'),
      response,
    };
  };
  const { type, cache, response } = await sdk('parley.js');
  expect(type).toContain('text/javascript');
  expect(cache).toBe('public, max-age=300, stale-while-revalidate=86400');
  const etag = response.headers.get('ETag') ?? '';
  const again = await fetch(response.url, { headers: { 'If-None-Match': etag } });
  expect(again.status, 'not loaded again while it is the same').toBe(304);
  expect((await sdk('parley.js.map')).type).toContain('json');
  expect(await (await sdk('parley.d.ts')).response.text()).toContain('declare function connect(');

  const docs = await openPage(browser, '/sdk/docs/');
  const errors: string[] = [];
  docs.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await docs.reload();
  await docs.getByRole('link', { name: '@parley/client' }).first().click();
  await docs.getByRole('link', { name: 'connect', exact: true }).first().click();
  await docs
    .getByRole('heading', { name: /connect/ })
    .first()
    .waitFor();
  expect(errors, 'what its Content-Security-Policy refuses').toEqual([]);
});
