import { Bot } from '@parley/bots/bot';
import { leaveAll } from '@parley/e2e/browser';
import { ExampleClient } from '@parley/e2e/example-client';
import { launchBrowser } from '@parley/e2e/launch-browser';
import { Meet } from '@parley/e2e/meet';
import { startSeedClient } from '@parley/e2e/seed-client';
import { describe, expect, inject, it } from 'vitest';
import type { Check, Level } from './checks.ts';
import type { ConformanceOptions, RunningClient } from './options.ts';
import { describe as inWords, type Report } from './report.ts';
import { runConformance } from './run.ts';
import { type Loose, type Sabotage, Saboteur } from './testing/saboteur.ts';

type Start = ConformanceOptions['start'];

function run(level: Level, start: Start, options: Partial<ConformanceOptions> = {}): Promise<Report> {
  const both = { publishes: true, receives: true };
  return runConformance({ upstream: inject('url'), level, ...both, patienceMs: 15_000, start, ...options });
}

function outcomes({ checks }: Report, outcome: string): Check[] {
  return checks.filter((entry) => entry.outcome === outcome).map(({ check }) => check);
}

describe('conforms', () => {
  it('our page with the SDK in Chromium, recovering', async () => {
    const browser = await launchBrowser();
    const start: Start = async (url, room) => {
      const meet = await Meet.open(browser, room, { url });
      await meet.knock('Under test');
      return { stop: () => leave(meet) };
    };
    const leave = async ({ page }: Meet) => {
      const button = page.getByTestId('leave');
      if (await button.isVisible()) {
        await button.click();
        await page.getByTestId('ended').waitFor();
      }
      await page.context().close();
    };
    const report = await run('recovering', start);
    await browser.close();
    expect(report.passed, inWords(report)).toBe(true);
    expect(outcomes(report, 'not-applicable')).toEqual(['request-offer', 'empty-offer']);
  }, 120_000);

  it('the sample client of the specification, which only publishes', async () => {
    const browser = await launchBrowser();
    const start: Start = async (url) => {
      const page = await startSeedClient(browser, { url, cameraDelay: 1 });
      return { stop: async () => page.context().close() };
    };
    const report = await run('basic', start, { receives: false });
    await leaveAll(browser);
    await browser.close();
    expect(report.passed, inWords(report)).toBe(true);
    expect(outcomes(report, 'passed')).toEqual(
      expect.arrayContaining(['request-offer', 'empty-offer', 'media-sent']),
    );
  }, 120_000);

  it.each([
    ['aiortc', 'aiortc/client.py'],
    ['webrtcbin', 'gstreamer/client.py'],
  ])(
    'the example with %s, basic',
    async (stack, script) => {
      const start: Start = async (url, room) => {
        const client = await ExampleClient.start(`${stack} under test`, script, room, { url });
        return { stop: async () => void (await client.leave()) };
      };
      const report = await run('basic', start);
      expect(report.passed, inWords(report)).toBe(true);
      expect(outcomes(report, 'passed')).toEqual(
        expect.arrayContaining(['media-sent', 'media-received', 're-offers', 'leave']),
      );
    },
    120_000,
  );
});

/** A client that conforms, but for what is done to its messages. */
function broken(sabotage: Sabotage): Start {
  return async (server, room): Promise<RunningClient> => {
    const saboteur = await Saboteur.between(server, sabotage);
    const options = {
      edgeUrl: saboteur.url,
      room,
      name: 'Broken',
      publish: ['microphone', 'camera'],
    } as const;
    const bot = new Bot(options);
    // The kit says what became of it.
    bot.join().catch(() => undefined);
    return {
      async stop() {
        await bot.leave();
        saboteur.close();
      },
    };
  };
}

/** Changes the messages of a type. */
function edit(type: string, change: (message: Loose) => (Loose | string)[]): Sabotage {
  return { outgoing: (message) => (message['type'] === type ? change(message) : [message]) };
}

function editSdp(type: string, change: (sdp: string) => string): Sabotage {
  return edit(type, (message) => [{ ...message, sdp: change(String(message['sdp'])) }]);
}

const CANDIDATES = Array.from({ length: 150 }, () => ({ type: 'ice-candidate', candidate: null }));

const BROKEN: [string, Check, Sabotage][] = [
  ['speaks before it joins', 'join-first', edit('join', (join) => [{ type: 'chat', text: 'hello' }, join])],
  ['sends what is no JSON', 'well-formed', edit('answer', (answer) => ['{"type":', answer])],
  ['leaves out a field', 'well-formed', edit('answer', ({ offerId: _, ...answer }) => [answer])],
  ['names another room', 'own-room', edit('offer', (offer) => [{ ...offer, roomId: 'another' }])],
  ['joins with a big frame', 'frame-size', edit('join', (join) => [{ ...join, more: 'x'.repeat(20_000) }])],
  ['sends message after message', 'message-rate', edit('offer', (offer) => [offer, ...CANDIDATES])],
  ['has no fingerprint', 'offer-sdp', editSdp('offer', (sdp) => sdp.replaceAll(/a=fingerprint.*\r\n/g, ''))],
  ['answers nothing', 'answers-offers', edit('answer', () => [])],
  ['answers another offer', 'answer-order', edit('answer', (answer) => [{ ...answer, offerId: 'another' }])],
  [
    'answers less than was offered',
    'answer-sdp',
    editSdp('answer', (sdp) =>
      sdp
        .split(/^(?=m=)/m)
        .slice(0, -1)
        .join(''),
    ),
  ],
  ['sends back', 'answer-sdp', editSdp('answer', (sdp) => sdp.replaceAll('a=recvonly', 'a=sendrecv'))],
  [
    'breaks at an unknown type',
    'unknown-input',
    { sockets: 1, incoming: (message) => (String(message['type']).startsWith('x-') ? undefined : message) },
  ],
  [
    'breaks at an error',
    'stays-after-error',
    { sockets: 1, incoming: (message) => (message['code'] === 'rate_limited' ? undefined : message) },
  ],
  ['tells no session', 'session-number', edit('offer', ({ session: _, ...offer }) => [offer])],
  ['does not come back', 'comes-back', { sockets: 1 }],
  ['comes back as somebody else', 'resume', edit('join', ({ resume: _, ...join }) => [join])],
  [
    'resumes from the beginning',
    'resume',
    edit('join', (join) => {
      const resume = join['resume'] as Loose | undefined;
      return [resume === undefined ? join : { ...join, resume: { ...resume, seq: 0 } }];
    }),
  ],
  [
    'keeps to its session',
    'new-session',
    { incoming: (message) => ('session' in message ? { ...message, session: 1 } : message) },
  ],
  ['goes without a word', 'leave', edit('leave', () => [])],
  ['comes back to a closed room', 'ends-with-room', { insists: true }],
];

describe('finds what a client breaks', () => {
  it.concurrent.each(BROKEN)(
    'that %s: %s',
    async (_, check, sabotage) => {
      const report = await run('recovering', broken(sabotage), { patienceMs: 5000, failFast: true });
      expect(outcomes(report, 'failed'), inWords(report)).toEqual([check]);
    },
    120_000,
  );
});
