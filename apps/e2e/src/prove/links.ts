/**
 * `pnpm prove:links`: how the picture follows the link. A publisher (a bot) whose camera really has three simulcast layers of 0.15, 0.5
 * and 2.5 Mbit/s with three temporal layers each, and a sound; receivers are Chromium in network namespaces, to which `tbf` lets through
 * no more than a rate, with a queue of 250 ms. Printed for each rate:
 *
 * - `adapted`: seconds from the change until the receiver has what the link carries, and keeps it for 3 s: downwards a picture no larger
 *   than the best set's, upwards 90% of that set's bitrate;
 * - `still`: the longest time without a new frame on the screen, and what Chromium counts as freezes, seconds;
 * - `share`: the video's bitrate from then on, as a share of the best set of layers that fits: of those whose bytes on the wire and the
 *   sound's are at most 90% of the link, the one with the most pixels, then the most frames.
 *
 * First one receiver whose link goes 5 → 1 → 0.3 → 5 Mbit/s, then three in one room on 5, 1 and 0.4 Mbit/s, of which the second's falls
 * to 0.3 and comes back, which the others are not to feel. A plain client with no view of its own: it is sent what the link carries. Plots are left in `coverage/pictures`. Linux, root, ffmpeg. Set by the environment:
 *
 * - `PART`: `one` or `three`, by default both
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from './format.ts';
import { type Adaptation, type Direction, judge } from './links/adaptation.ts';
import { bestThatFits, type LayerSet } from './links/best-layers.ts';
import { soundWireBitrate } from './links/dense-camera.ts';
import { type LinkMark, plotLinks } from './links/link-plot.ts';
import type { LinkReceiver } from './links/link-receiver.ts';
import { LinkScene, stackFor } from './links/link-scene.ts';
import { ShapedNetwork } from './links/shaped-network.ts';
import { showProof } from './show-proof.ts';

const MBIT = 1_000_000;

/** Links in turn, Mbit/s, and how long each stays. */
const ONE_LINK = [
  { mbit: 5, seconds: 20 },
  { mbit: 1, seconds: 25 },
  { mbit: 0.3, seconds: 25 },
  { mbit: 5, seconds: 35 },
] as const;

/** Of three receivers in one room, at the same time. */
const THREE_LINKS = [
  { mbits: [5, 1, 0.4], seconds: 25 },
  { mbits: [5, 0.3, 0.4], seconds: 20 },
  { mbits: [5, 1, 0.4], seconds: 25 },
] as const;

/** A stretch of time with one receiver's link. */
export interface Stretch {
  receiver: string;
  mbit: number;
  best: LayerSet;
  result: Adaptation;
}

interface Step {
  mbits: readonly number[];
  seconds: number;
}

/**
 * Takes receivers through steps, and judges each by what it got.
 *
 * @param name of the room and the plot
 */
export async function proveLinks(
  scene: LinkScene,
  name: string,
  steps: readonly Step[],
  print: (text: string) => void,
): Promise<Stretch[]> {
  const receivers = scene.receivers.slice(0, steps[0]?.mbits.length);
  const rateOf = (step: Step | undefined, receiver: LinkReceiver) =>
    (step?.mbits[receivers.indexOf(receiver)] ?? 0) * MBIT;
  await scene.meet(name, new Map(receivers.map((receiver) => [receiver, rateOf(steps[0], receiver)])));
  const stretches: { step: Step; from: number; to: number }[] = [];
  for (const step of steps) {
    const from = Date.now();
    for (const receiver of receivers) {
      if (stretches.length > 0 && rateOf(step, receiver) !== rateOf(stretches.at(-1)?.step, receiver))
        await receiver.network.shape(rateOf(step, receiver));
    }
    await sleep(step.seconds * 1000);
    stretches.push({ step, from, to: Date.now() });
  }
  const results: Stretch[] = [];
  const curves = [];
  for (const receiver of receivers) {
    const { samples, frames } = await receiver.seen();
    const marks: LinkMark[] = [];
    let before: LayerSet | undefined;
    for (const { step, from, to } of stretches) {
      const link = rateOf(step, receiver);
      const best = bestThatFits(scene.camera.sets, link, soundWireBitrate());
      if (best === undefined) throw new Error(`nothing fits a link of ${link} bit/s`);
      marks.push({ at: from, link, best: best.bitrate });
      const goes = directionOf(before, best);
      before = best;
      const result = judge(samples, frames, { from, to, best, goes });
      results.push({ receiver: receiver.name, mbit: link / MBIT, best, result });
    }
    curves.push({ name: receiver.name, samples, marks, to: stretches.at(-1)?.to ?? 0 });
  }
  await scene.part();
  print(report(results));
  print(`plot: ${await plotLinks(`links-${name}`, curves)}`);
  return results;
}

/** What a receiver starts with it has to find, as what a link that has become wider carries. */
function directionOf(before: LayerSet | undefined, best: LayerSet): Direction {
  if (before === undefined || best.wireBitrate > before.wireBitrate) return 'up';
  return best === before ? 'stays' : 'down';
}

function report(stretches: readonly Stretch[]): string {
  const rows = stretches.map(({ receiver, mbit, best, result }) => [
    `${receiver}, ${mbit} Mbit/s`,
    `${best.width}×${best.framerate}: ${kbit(best.bitrate)}`,
    adapted(result),
    result.longestStill.toFixed(2),
    `${result.freezes}: ${result.freezeSeconds.toFixed(1)}`,
    kbit(result.bitrate),
    `${(result.share * 100).toFixed(0)}%`,
    result.framerate.toFixed(1),
    kbit(result.audioBitrate),
    String(result.packetsLost),
  ]);
  const head = [
    'link',
    'best set, kbit/s',
    'adapted s',
    'still s',
    'freezes s',
    'video',
    'share',
    'fps',
    'sound',
    'lost',
  ];
  return table([head, ...rows]);
}

function adapted({ goes, seconds }: Adaptation): string {
  return goes === 'stays' ? '' : (seconds?.toFixed(1) ?? 'never');
}

const kbit = (bitrate: number) => (bitrate / 1000).toFixed(0);

if (import.meta.main) {
  const part = process.env['PART'];
  const count = part === 'one' ? 1 : 3;
  const networks: ShapedNetwork[] = [];
  try {
    for (let index = 0; index < count; index++) networks.push(await ShapedNetwork.open());
    await showProof(stackFor(networks), async (stack) => {
      const scene = await LinkScene.open(stack, networks);
      try {
        const one = ONE_LINK.map(({ mbit, seconds }) => ({ mbits: [mbit], seconds }));
        if (part !== 'three') await proveLinks(scene, 'one', one, console.log);
        if (part !== 'one') await proveLinks(scene, 'three', THREE_LINKS, console.log);
      } finally {
        await scene.close();
        for (const network of networks) await network.close();
      }
      return undefined;
    });
  } finally {
    for (const network of networks) await network.close();
  }
}
