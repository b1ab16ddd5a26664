import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { openPage, type PageOptions } from './browser.ts';

/** The sample client of the product's specification, to the letter. It joins `room-123` as John Doe. */
export const SEED_CLIENT = readFileSync(new URL('../fixtures/seed-client.js', import.meta.url), 'utf8');

/** Runs it in a page, with the two things that every real use of it changes: the server's address, and waiting for the socket. */
export async function startSeedClient(browser: Browser, options: PageOptions = {}): Promise<Page> {
  const page = await openPage(browser, '/health', options);
  const waits = SEED_CLIENT.replace(
    '// Join room\n',
    '// Join room\nawait new Promise((open) => { ws.onopen = open; });\n',
  );
  const here = waits.replace('ws://localhost:8080/ws', '/ws');
  if (here === SEED_CLIENT) throw new Error('the sample has changed');
  await page.addScriptTag({ type: 'module', content: here });
  return page;
}
