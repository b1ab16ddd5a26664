import type { BotOptions } from '@parley/bots/bot';
import { BotSquad } from '@parley/bots/bot-squad';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { takePicture } from './picture.ts';

const VIEWS = { laptop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const PEOPLE = [
  'Ada',
  'Grace',
  'Alan',
  'Katherine',
  'Edsger',
  'Barbara',
  'Donald',
  'Frances',
  'Tony',
  'Margaret',
];
const ROOM = 'crowd';

let browser: Browser;
const squads: BotSquad[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await Promise.all(squads.splice(0).map((squad) => squad.close()));
  await leaveAll(browser);
});

/** Brings bots in until there are `count` people, one of whom is the tab. Two of three have a camera. */
async function until(count: number, there: number): Promise<void> {
  const plan = Array.from({ length: count - there }, (_, index): BotOptions => {
    const number = there + index;
    const name = `${PEOPLE[number % PEOPLE.length]} ${String.fromCharCode(65 + Math.floor(number / PEOPLE.length))}.`;
    const publish = number % 3 === 0 ? (['microphone'] as const) : (['microphone', 'camera'] as const);
    return { edgeUrl: inject('url'), room: ROOM, name, publish: [...publish], audioRate: 2, videoRate: 2 };
  });
  const squad = new BotSquad(plan, { joiningAtOnce: 4, joinsPerSecond: 10 });
  squads.push(squad);
  await squad.start();
}

/** What is wrong with the places of the tiles. */
function misplaced(page: Page): Promise<string[]> {
  return page.getByTestId('stage').evaluate((stage) => {
    const area = stage.getBoundingClientRect();
    const tiles = [...stage.querySelectorAll<HTMLElement>('[data-testid=tile]')].map((tile) => ({
      name: tile.getAttribute('aria-label') ?? '',
      floats: getComputedStyle(tile).zIndex !== 'auto',
      box: tile.getBoundingClientRect(),
    }));
    const problems: string[] = [];
    for (const [index, { name, box, floats }] of tiles.entries()) {
      if (box.width < 90 || box.height < 70) problems.push(`${name} is ${box.width}×${box.height}`);
      if (box.left < area.left - 1 || box.right > area.right + 1) problems.push(`${name} is out at a side`);
      if (box.top < area.top - 1 || box.bottom > area.bottom + 1)
        problems.push(`${name} is out above or below`);
      for (const other of tiles.slice(index + 1)) {
        if (floats || other.floats) continue;
        const apart =
          box.right <= other.box.left + 1 ||
          other.box.right <= box.left + 1 ||
          box.bottom <= other.box.top + 1 ||
          other.box.bottom <= box.top + 1;
        if (!apart) problems.push(`${name} and ${other.name} overlap`);
      }
    }
    return problems;
  });
}

it('one, two, nine, twenty-five and fifty people have their places, on a laptop and on a phone', async () => {
  const ann = await Meet.join(browser, ROOM, 'Ann');
  const { page } = ann;
  let there = 1;
  for (const { people, laptop, phone } of [
    { people: 1, laptop: 1, phone: 1 },
    { people: 2, laptop: 2, phone: 2 },
    { people: 9, laptop: 9, phone: 8 },
    { people: 25, laptop: 25, phone: 8 },
    { people: 50, laptop: 25, phone: 8 },
  ]) {
    if (people > there) await until(people, there);
    there = people;
    for (const [view, tiles] of [
      ['laptop', laptop],
      ['phone', phone],
    ] as const) {
      await page.setViewportSize(VIEWS[view]);
      const what = `${people} people on a ${view}`;
      const eventually = <T>(ask: () => Promise<T>, message: string) =>
        expect.poll(ask, { timeout: 40_000, interval: 500, message: `${what}: ${message}` });
      await eventually(() => page.getByTestId('participant-count').textContent(), 'count').toContain(
        String(people),
      );
      await eventually(async () => (await ann.tiles()).length, 'tiles').toBe(tiles);
      await eventually(() => misplaced(page), 'places').toEqual([]);
      await eventually(async () => {
        const withPicture = (await ann.tiles()).filter(({ width }) => width > 0).length;
        const elements = await page.locator('[data-testid=tile] video').count();
        return { missing: elements - withPicture, some: withPicture > 0 };
      }, 'pictures play').toEqual({ missing: 0, some: true });
      await takePicture(page, `crowd-${people}-${view}`);
      if (people === 9) await expectAccessible(page, `nine people on a ${view}`);
    }
  }
}, 240_000);
