import { Bot } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';

const ROOM = 'loudest';
const PEOPLE = 12;
const LOUDEST = 3;
const VOICE = -30;
const SILENCE = -127;

const bots: Bot[] = [];
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  const response = await fetch(`${inject('url')}/api/rooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: ROOM, media: { forward: { loudest: LOUDEST } } }),
  });
  expect(response.status).toBe(201);
  for (let index = 0; index < PEOPLE; index++) {
    const bot = new Bot({
      edgeUrl: inject('url'),
      room: ROOM,
      name: `b${index}`,
      publish: ['microphone', 'camera'],
      audioLevel: SILENCE,
      videoRate: 2,
    });
    bots.push(bot);
    await bot.join();
    await bot.ready();
  }
}, 60_000);
afterAll(async () => {
  await leaveAll(browser);
  await browser.close();
  await Promise.all(bots.map((bot) => bot.leave()));
});

const one = (index: number): Bot => {
  const bot = bots[index];
  if (bot === undefined) throw new Error(`there is no bot ${index}`);
  return bot;
};
/** Changes the room's options. */
async function setMedia(media: RoomMediaOptions): Promise<void> {
  const response = await fetch(`${inject('url')}/api/rooms/${ROOM}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ media }),
  });
  expect(response.status).toBe(200);
}

const nameOf = (participantId: string) =>
  bots.find((bot) => bot.participantId === participantId)?.options.name ?? participantId;

/** Whose sound a bot has got in the last half second. */
function heard(bot: Bot): string[] {
  const since = performance.now() - 500;
  return [...bot.received.values()]
    .filter(({ kind, lastPacketAt = 0 }) => kind === 'audio' && lastPacketAt > since)
    .map(({ participantId }) => nameOf(participantId))
    .sort();
}

/** Waits until each hears whom it should. */
async function hear(expected: (bot: Bot) => string[], what: string): Promise<void> {
  const wrong = () => bots.filter((bot) => String(heard(bot)) !== String(expected(bot).sort()));
  await until(() => wrong().length === 0, what, {
    state: () =>
      wrong()
        .map((bot) => `${bot.options.name} hears ${heard(bot)}`)
        .join('; '),
  });
}

/** Begins to speak, and waits until a listener gets the first packet of it. @returns milliseconds */
async function firstWord(speaker: Bot, listener: Bot): Promise<number> {
  const microphone = () => listener.received.get(speaker.published.get('microphone') ?? '');
  const before = microphone()?.packets ?? 0;
  const start = performance.now();
  speaker.setAudioLevel(VOICE);
  await until(
    () => (microphone()?.packets ?? 0) > before,
    `${listener.options.name} hears ${speaker.options.name}`,
  );
  return (microphone()?.lastPacketAt ?? 0) - start;
}

it('of twelve the three loudest are heard and seen, and who is pinned; whoever speaks is among them at once', async () => {
  const first = (bot: Bot, ...names: string[]) =>
    names.filter((name) => name !== bot.options.name).slice(0, LOUDEST);
  await hear((bot) => first(bot, 'b0', 'b1', 'b2', 'b3'), 'those who came first are heard');

  const pinned = one(7).published.get('camera') ?? '';
  one(5).send({ type: 'set-view', tracks: [{ trackId: pinned, width: 640, height: 360, pinned: true }] });
  const pins = (bot: Bot) => (bot === one(5) ? ['b7'] : []);
  await hear((bot) => [...first(bot, 'b0', 'b1', 'b2', 'b3'), ...pins(bot)], 'b5 hears who it has pinned');
  expect(
    [...one(9).received.values()].some(({ participantId }) => participantId === one(11).participantId),
  ).toBe(false);

  const offered = await firstWord(one(11), one(9));
  await hear(
    (bot) => [...first(bot, 'b11', 'b0', 'b1', 'b2'), ...pins(bot)],
    'b11 is heard in place of the last',
  );
  const camera = () => one(9).received.get(one(11).published.get('camera') ?? '')?.packets ?? 0;
  await until(() => camera() > 0, 'the picture comes with the voice');
  one(11).setAudioLevel(SILENCE);
  for (const index of [8, 9, 10]) one(index).setAudioLevel(VOICE);
  await hear((bot) => [...first(bot, 'b8', 'b9', 'b10', 'b11'), ...pins(bot)], 'three others speak');
  for (const index of [8, 9, 10]) one(index).setAudioLevel(SILENCE);

  const silent = one(2);
  await until(() => !heard(silent).includes('b11'), 'b11 is not heard');
  const ready = await firstWord(one(11), silent);
  console.log(
    `first packet after the first loud one: ${offered.toFixed(0)} ms with a new m-line, ${ready.toFixed(0)} ms with one that is there`,
  );
  const change = await silent.event(
    'quality-changed',
    ({ trackId }) => trackId === one(0).published.get('microphone'),
  );
  expect(change).toMatchObject({ limitedBy: 'room-size', paused: true });

  await setMedia({});
  await hear(
    (bot) => bots.filter((other) => other !== bot).map(({ options }) => options.name),
    'all hear all again',
  );
  expect(bots.flatMap(({ problems }) => problems)).toEqual([]);
});

/** Names on tiles whose picture can be seen. */
const seen = (meet: Meet) =>
  meet.page.getByTestId('tile').evaluateAll((tiles) =>
    tiles.flatMap((tile) => {
      const video = tile.querySelector('video');
      const isSeen = (video?.videoWidth ?? 0) > 0 && video?.checkVisibility({ checkOpacity: true });
      return isSeen ? [tile.getAttribute('aria-label') ?? ''] : [];
    }),
  );

it('a browser shows those who are forwarded, blames nobody else, and is among them when it is loud', async () => {
  await setMedia({ forward: { loudest: LOUDEST } });
  const zoe = await Meet.open(browser, ROOM);
  await zoe.press('toggle-mic');
  await zoe.knock('Zoe');
  const eventually = { timeout: 30_000, interval: 200 };
  await expect.poll(() => seen(zoe), eventually).toHaveLength(LOUDEST + 1);
  one(4).setAudioLevel(VOICE);
  await expect.poll(() => seen(zoe), eventually).toContain('b4');
  await expect.poll(async () => (await seen(zoe)).length, eventually).toBe(LOUDEST + 1);
  one(4).setAudioLevel(SILENCE);
  expect(await zoe.page.locator('[data-quality=lost]').count(), 'nobody seems to be lost').toBe(0);

  one(6).send({ type: 'watch-speakers', on: true });
  await zoe.page.evaluate(() => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 300 });
    const out = new MediaStreamAudioDestinationNode(context);
    tone.connect(new GainNode(context, { gain: 0.3 })).connect(out);
    tone.start();
    navigator.mediaDevices.getUserMedia = async () => out.stream;
  });
  await zoe.press('toggle-mic');
  const [self] = (await zoe.tiles()).filter((tile) => tile.self);
  const isZoe = ({ participantId }: { participantId: string }) => participantId === self?.participantId;
  const { speakers } = await one(6).event('active-speakers', (event) => event.speakers.some(isZoe));
  expect(speakers.find(isZoe)?.level, 'a sine of 0.3 is −13 dBov').toBeCloseTo(0.78, 1);
  await until(() => bots.every((bot) => heard(bot).includes(self?.participantId ?? '')), 'all hear Zoe');
}, 90_000);
