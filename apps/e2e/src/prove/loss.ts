/**
 * `pnpm prove:loss`: what loses sound and picture, and what heals them. Two calls through a UDP relay that is 20 ms away: in one
 * the publisher's link loses packets, both ways, in the other the viewer's. Printed for each link, loss, and way of repair:
 *
 * - `concealed`: share of the audio samples that the viewer's Chromium made up, silence not counted; `by FEC/s`: packets of sound in a
 *   second that it read out of the one after; `buffer`: ms that sound waits there, longer where lost packets may come again;
 * - `frames/s`: decoded of a camera of 20 frames a second and 640×360; `frozen`: share of the time in which the picture stood still, as
 *   Chromium defines a freeze; `Mbit/s` of the picture.
 *
 * The voice is made (voice.ts), since Opus repairs nothing but speech; DTX is off. Ways of repair are the keys `webrtc.nack`,
 * `webrtc.rtx` and `webrtc.fec`. Encoders that are told of a loss need some ten seconds until they do all that they will.
 * Set by the environment:
 *
 * - `REPAIR`: only this one, for example `nack+rtx`; `LOSS`: the same of losses
 * - seconds `STEADY` (20) that count, after `WARM_UP` (15)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../launch-browser.ts';
import type { Stack, StackOptions } from '../stack.ts';
import { table } from './format.ts';
import { burstLoss, randomLoss } from './loss/loss-model.ts';
import { LossParticipant } from './loss/loss-participant.ts';
import { type LossMaker, LossyRelay } from './loss/lossy-relay.ts';
import { type Reception, type ReceptionCounts, receptionBetween } from './loss/reception.ts';
import { numberSetting, showProof } from './show-proof.ts';

export const LOSSES = {
  none: undefined,
  '5% random': (seed) => randomLoss(0.05, seed),
  // Of 5 packets on average.
  '20% bursts': (seed) => burstLoss(0.2, 5, seed),
} as const satisfies Record<string, LossMaker | undefined>;
export type Loss = keyof typeof LOSSES;

/** What the keys say. RTX is that of video: sound that is sent again goes in its own stream. */
export const REPAIRS = {
  'nack+rtx+fec': { nack: true, rtx: true, fec: true },
  'nack+rtx': { nack: true, rtx: true, fec: false },
  'nack+fec': { nack: true, rtx: false, fec: true },
  nack: { nack: true, rtx: false, fec: false },
  fec: { nack: false, rtx: false, fec: true },
  nothing: { nack: false, rtx: false, fec: false },
} as const;
export type Repair = keyof typeof REPAIRS;

/** Whose link loses packets. */
const LINKS = ['publisher', 'viewer'] as const;
export type Link = (typeof LINKS)[number];

/** What came of one loss with one way of repair. */
export interface Outcome extends Reception {
  link: Link;
  loss: Loss;
  repair: Repair;
  /** Share of the link's packets that was lost. */
  lost: number;
}

export interface LossOptions {
  losses: readonly Loss[];
  repairs: readonly Repair[];
  /** Seconds. */
  warmUp: number;
  seconds: number;
}

const NODE = '127.0.0.1';
const RELAY = '127.0.0.2';
const DELAY_MS = 20;
const PATIENCE_MS = 30_000;

/** A stack that is reached through a relay before it, which {@link proveLoss} opens. */
export const LOSS_STACK: StackOptions = {
  edgeEnv: { PARLEY_WEBRTC_SIMULCAST: 'false' },
  nodeEnv: {
    PARLEY_LISTEN_IPS: NODE,
    PARLEY_ANNOUNCED_ADDRESS: RELAY,
    PARLEY_PERFORMANCE_WORKER_THREADS: '1',
    PARLEY_WEBRTC_DTX: 'false',
  },
};

/**
 * Measures each loss with each way of repair.
 *
 * @throws {Error} when no frame came though lost packets are asked for again, or more was made up without loss than a busy machine explains
 */
export async function proveLoss(
  stack: Stack,
  { losses, repairs, warmUp, seconds }: LossOptions,
  print: (text: string) => void,
): Promise<Outcome[]> {
  const relay = await LossyRelay.open({ address: RELAY, node: NODE, port: stack.rtcPort, delayMs: DELAY_MS });
  const browser = await launchBrowser();
  const outcomes: Outcome[] = [];
  try {
    for (const repair of repairs) {
      await stack.endNode('SIGTERM');
      await stack.startNode(variables(repair));
      const viewers = await callBoth(browser, stack.url, relay);
      for (const loss of losses) {
        for (const link of LINKS) relay.lose(link, LOSSES[loss]);
        await sleep(warmUp * 1000);
        for (const link of LINKS) relay.takeCount(link);
        const before = await counts(viewers);
        await sleep(seconds * 1000);
        const after = await counts(viewers);
        for (const link of LINKS) {
          const { packets, lost } = relay.takeCount(link);
          const reception = receptionBetween(before[link], after[link]);
          outcomes.push({ link, loss, repair, lost: lost / Math.max(1, packets), ...reception });
        }
        print(summary(outcomes.slice(-LINKS.length)));
      }
      for (const link of LINKS) relay.lose(link);
      for (const context of browser.contexts()) await context.close();
    }
  } finally {
    await browser.close();
    relay.close();
  }
  // Of what is not asked for again seconds may pass without a frame: one key frame is many packets.
  for (const { link, loss, repair, framesPerSecond } of outcomes)
    if (REPAIRS[repair].nack && framesPerSecond === 0)
      throw new Error(`no frame came with ${repair} where the ${link} loses ${loss}`);
  return outcomes;
}

function variables(repair: Repair): Record<string, string> {
  const { nack, rtx, fec } = REPAIRS[repair];
  return {
    PARLEY_WEBRTC_NACK: String(nack),
    PARLEY_WEBRTC_RTX: String(rtx),
    PARLEY_WEBRTC_FEC: String(fec),
  };
}

/** Begins a call for each link. @returns who receives */
async function callBoth(
  browser: Browser,
  url: string,
  relay: LossyRelay,
): Promise<Record<Link, LossParticipant>> {
  const call = async (link: Link): Promise<LossParticipant> => {
    const room = `loss-${link}-${crypto.randomUUID()}`;
    relay.link = link === 'publisher' ? link : '';
    await LossParticipant.join(browser, url, { room, name: 'Ann', publishes: true });
    relay.link = link === 'viewer' ? link : '';
    const viewer = await LossParticipant.join(browser, url, { room, name: 'Bob', publishes: false });
    await untilReceives(viewer);
    return viewer;
  };
  return { publisher: await call('publisher'), viewer: await call('viewer') };
}

async function untilReceives(viewer: LossParticipant): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { frames, samples, audioPackets } = await viewer.received();
    if (frames > 10 && samples > 0 && audioPackets > 50) return;
    if (performance.now() > end)
      throw new Error(`only ${frames} frames and ${audioPackets} packets of sound came`);
    await sleep(100);
  }
}

async function counts(viewers: Record<Link, LossParticipant>): Promise<Record<Link, ReceptionCounts>> {
  const [publisher, viewer] = await Promise.all([viewers.publisher.received(), viewers.viewer.received()]);
  return { publisher, viewer };
}

const HEAD = [
  'lossy link',
  'loss',
  'lost',
  'repair',
  'concealed',
  'by FEC/s',
  'buffer',
  'frames/s',
  'frozen',
  'Mbit/s',
];

/** The figures as a table, by link and loss. */
export function summary(outcomes: readonly Outcome[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
  const rows = LINKS.flatMap((link) => outcomes.filter((one) => one.link === link)).map((one) => [
    one.link,
    one.loss,
    percent(one.lost),
    one.repair,
    percent(one.concealed),
    one.fec.toFixed(1),
    (one.buffered * 1000).toFixed(0),
    one.framesPerSecond.toFixed(1),
    percent(one.frozen),
    (one.videoBitrate / 1e6).toFixed(2),
  ]);
  return table([HEAD, ...rows]);
}

if (import.meta.main) {
  const having = <T extends string>(all: readonly T[], text?: string): readonly T[] => {
    const some = all.filter((one) => text === undefined || one === text);
    if (some.length === 0) throw new Error(`there is no ${text}: choose one of ${all.join(', ')}`);
    return some;
  };
  const repairs = having(Object.keys(REPAIRS) as Repair[], process.env['REPAIR']);
  const losses = having(Object.keys(LOSSES) as Loss[], process.env['LOSS']);
  const [seconds, warmUp] = [numberSetting('STEADY', 20), numberSetting('WARM_UP', 15)];
  await showProof(LOSS_STACK, async (stack) => {
    const outcomes = await proveLoss(stack, { losses, repairs, seconds, warmUp }, console.error);
    console.log(summary(outcomes));
    return undefined;
  });
}
