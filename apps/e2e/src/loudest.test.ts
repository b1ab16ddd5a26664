import { Bot } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

const ROOM = 'loudest';
const PEOPLE = 12;
const LOUDEST = 3;
const VOICE = -30;
const SILENCE = -127;

const bots: Bot[] = [];
beforeAll(async () => {
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
  await Promise.all(bots.map((bot) => bot.leave()));
});

const one = (index: number): Bot => {
  const bot = bots[index];
  if (bot === undefined) throw new Error(`there is no bot ${index}`);
  return bot;
};
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
  const camera = one(9).received.get(one(11).published.get('camera') ?? '');
  expect(camera?.packets, 'the picture comes with the voice').toBeGreaterThan(0);
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

  const response = await fetch(`${inject('url')}/api/rooms/${ROOM}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ media: {} }),
  });
  expect(response.status).toBe(200);
  await hear(
    (bot) => bots.filter((other) => other !== bot).map(({ options }) => options.name),
    'all hear all again',
  );
  expect(bots.flatMap(({ problems }) => problems)).toEqual([]);
});
