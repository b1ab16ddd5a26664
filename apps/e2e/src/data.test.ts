import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { leaveAll, openPage } from './browser.ts';
import type { DataTab } from './data-page.ts';
import { launchBrowser } from './launch-browser.ts';
import { pageScript } from './page-script.ts';
import { Stack } from './stack.ts';

const PATIENCE = 20_000;
/** Whoever speaks without one stays with the Room. */
const PAUSE = 1000;
const SCRIPT = fileURLToPath(new URL('./data-page.ts', import.meta.url));

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

/** A tab with nothing in it but the SDK. */
async function open(url = inject('url')): Promise<Tab> {
  const page = await openPage(browser, '/health', { url });
  await page.addScriptTag({ content: await pageScript(SCRIPT) });
  return new Tab(page);
}

class Tab {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  join(...args: Parameters<DataTab['join']>): Promise<string> {
    return this.#call('join', ...args);
  }

  state(): Promise<string | undefined> {
    return this.#call('state');
  }

  speak(): Promise<void> {
    return this.#call('speak');
  }

  ask(): Promise<void> {
    return this.#call('ask');
  }

  joinByHand(room: string, name: string): Promise<string> {
    return this.#call('joinByHand', room, name);
  }

  send(...args: Parameters<DataTab['send']>): Promise<string | undefined> {
    return this.#call('send', ...args);
  }

  sendByHand(text: string, header: object): Promise<void> {
    return this.#call('sendByHand', text, header);
  }

  received(): Promise<DataTab['received']> {
    return this.#page.evaluate(() => (globalThis as unknown as { tab: DataTab }).tab.received);
  }

  errors(): Promise<string[]> {
    return this.#page.evaluate(() => (globalThis as unknown as { tab: DataTab }).tab.errors);
  }

  #call<T>(method: Exclude<keyof DataTab, 'received' | 'errors'>, ...args: unknown[]): Promise<T> {
    return this.#page.evaluate(
      ([name, given]) => {
        const { tab } = globalThis as unknown as { tab: Record<string, (...args: unknown[]) => unknown> };
        return tab[name]?.(...given) as never;
      },
      [method, args] as const,
    );
  }
}

const expectReceived = (tab: Tab, expected: object[], what: string) =>
  expect.poll(() => tab.received(), { timeout: PATIENCE, message: what }).toEqual(expected);

it('people who publish nothing send each other data, and one without the SDK takes part', async () => {
  const room = 'data';
  const [ann, bob, cyd] = await Promise.all([open(), open(), open()]);
  const [annId, bobId] = [await ann.join(room, 'Ann'), await bob.join(room, 'Bob')];
  const cydId = await cyd.joinByHand(room, 'Cyd');

  // Whoever is not connected yet would miss it: answers show that they are.
  await expect
    .poll(
      async () => {
        await bob.send('ready?', { topic: 'ready' });
        return [await ann.received(), await cyd.received()].every((messages) => messages.length > 0);
      },
      { timeout: PATIENCE, interval: 200, message: 'everybody is connected' },
    )
    .toBe(true);
  const before = { ann: await ann.received(), bob: await bob.received(), cyd: await cyd.received() };
  expect(before.bob, 'one’s own does not come back').toEqual([]);
  expect(before.cyd[0]).toEqual({ from: bobId, topic: 'ready', text: 'ready?', reliable: true });

  await ann.send('to all');
  await ann.send(60 * 1024, { topic: 'file' });
  await ann.send('to bob', { to: [bobId] });
  const large = { from: annId, topic: 'file', reliable: true, bytes: 61_440, ends: [0, 61_439 % 251] };
  const toAll = { from: annId, text: 'to all', reliable: true };
  await expectReceived(bob, [toAll, large, { ...toAll, text: 'to bob' }], 'all for Bob, in order');

  await cyd.sendByHand('by hand', { text: true, to: [annId] });
  await expectReceived(
    ann,
    [...before.ann, { from: cydId, text: 'by hand', reliable: true }],
    'what Cyd wrote by hand, for Ann',
  );
  await expectReceived(cyd, [...before.cyd, toAll, large], 'what is for Cyd too');

  // Any may be lost.
  await expect
    .poll(
      async () => {
        await bob.send('lossy', { reliable: false, to: [annId] });
        return (await ann.received()).some(({ text, reliable }) => text === 'lossy' && !reliable);
      },
      { timeout: PATIENCE, message: 'a lossy one arrives' },
    )
    .toBe(true);

  const grants = { data: false };
  for (const id of [annId, cydId]) {
    const response = await fetch(`${inject('url')}/api/rooms/${room}/participants/${id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ grants }),
    });
    expect(response.ok, 'the grant is taken away').toBe(true);
  }
  await expect
    .poll(() => ann.send('no more'), { timeout: PATIENCE, message: 'the SDK refuses it' })
    .toBe('forbidden');
  const count = (await bob.received()).length;
  await cyd.sendByHand('no more', {});
  await expect
    .poll(() => cyd.errors(), { timeout: PATIENCE, message: 'the server refuses it' })
    .toEqual(['forbidden']);
  expect((await bob.received()).length).toBe(count);
  expect([await ann.errors(), await bob.errors()]).toEqual([[], []]);
});

describe('where the node has no socket for clients', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ direct: false });
  }, 90_000);
  afterAll(async () => {
    await stack.stop();
    expect(stack.troubles, 'what servers reported').toEqual([]);
  });

  /** Messages between the node and its Room so far. */
  async function linkMessages(): Promise<number> {
    const page = await (await fetch(stack.metricsUrl)).text();
    const counts = [...page.matchAll(/^parley_link_messages_total\{.*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** How many more there are once the node has said something to a tab ten times. */
  async function costOf(tab: Tab): Promise<number> {
    const before = await linkMessages();
    for (let i = 0; i < 10; i++) await tab.ask();
    return (await linkMessages()) - before;
  }

  it('session messages take a channel of the call once it is connected, also while the edge is away', async () => {
    const room = 'eased';
    const [ann, bob, cyd] = await Promise.all([open(stack.url), open(stack.url), open(stack.url)]);
    await ann.join(room, 'Ann');
    const bobId = await bob.join(room, 'Bob');
    await cyd.join(room, 'Cyd', 'relay');
    await Promise.all([ann.speak(), bob.speak(), cyd.speak()]);
    await expect
      .poll(() => costOf(ann), {
        timeout: PATIENCE,
        interval: PAUSE,
        message: 'the Room has nothing to do with them',
      })
      .toBe(0);
    expect(await costOf(cyd), 'whoever wants it so keeps to the Room').toBe(20);

    await stack.killEdge();
    await ann.ask();
    await expect
      .poll(
        async () => {
          await ann.send('without the edge', { to: [bobId] });
          return (await bob.received()).length;
        },
        { timeout: PATIENCE, message: 'data does not need the edge either' },
      )
      .toBeGreaterThan(0);
    await stack.startEdge();
    for (const tab of [ann, cyd]) {
      await expect
        .poll(() => tab.state(), { timeout: 2 * PATIENCE, message: 'the way to the room is back' })
        .toBe('connected');
    }
    await cyd.ask();
    await expect
      .poll(() => costOf(ann), { timeout: PATIENCE, interval: PAUSE, message: 'Ann is on the channel again' })
      .toBe(0);
    expect([await ann.errors(), await bob.errors()]).toEqual([[], []]);
  }, 120_000);
});
