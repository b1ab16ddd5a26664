import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@parley/bots/inbox';
import type { Browser } from 'playwright-core';
import { report } from '../browser.ts';
import type { ProbeTruth, Span } from './file-report.ts';
import { Probe } from './probe.ts';

/** Until both send all that they have, ms. */
const COMPLETE_MS = 30_000;

/** Two probes in a room, both with camera and microphone. */
export class RecordedCall {
  readonly room: string;
  readonly ann: Probe;
  readonly bob: Probe;
  /** When they beep, ms since the epoch; the last span of each may be open. */
  readonly #audible = new Map<Probe, Span[]>();

  private constructor(room: string, ann: Probe, bob: Probe) {
    this.room = room;
    this.ann = ann;
    this.bob = bob;
  }

  /** Resolves when the largest layer of both cameras is sent. */
  static async open(
    browser: Browser,
    url: string,
    room = `recorded-${crypto.randomUUID()}`,
  ): Promise<RecordedCall> {
    const [ann, bob] = await Promise.all([
      Probe.join(browser, url, { room, name: 'Ann' }),
      Probe.join(browser, url, { room, name: 'Bob', pitch: 700 }),
    ]);
    const call = new RecordedCall(room, ann, bob);
    await Promise.all([call.#publish(ann), call.#publish(bob)]);
    return call;
  }

  async #publish(probe: Probe): Promise<void> {
    await this.unmute(probe);
    await probe.setCamera(true);
    const widths = async () => {
      const { connections } = await report(probe.page);
      return connections.flatMap(({ outbound }) =>
        outbound.flatMap(({ width, frames }) => (frames ? [width] : [])),
      );
    };
    await until(async () => (await widths()).includes(640), `${probe.name} sends all layers`, {
      ms: COMPLETE_MS,
    });
  }

  async mute(probe: Probe): Promise<void> {
    const span = this.#audible.get(probe)?.at(-1);
    if (span !== undefined) span.to = Date.now();
    await probe.setMicrophone(false);
  }

  async unmute(probe: Probe): Promise<void> {
    await probe.setMicrophone(true);
    const spans = this.#audible.get(probe) ?? [];
    this.#audible.set(probe, spans);
    // A beep is planned before it sounds.
    spans.push({ from: Date.now() + 1000, to: Number.POSITIVE_INFINITY });
  }

  /** What befalls a call while it is recorded: a layer that comes and goes, mutes, a camera that is off, a shared screen. */
  async act(seconds: number): Promise<void> {
    const { ann, bob } = this;
    const start = performance.now();
    const at = (share: number) => sleep(Math.max(0, start + share * seconds * 1000 - performance.now()));
    await at(0.15);
    await ann.setLargestLayer(false);
    await at(0.3);
    await ann.setLargestLayer(true);
    await bob.share();
    await at(0.4);
    await this.mute(ann);
    await at(0.55);
    await this.unmute(ann);
    await bob.setCamera(false);
    await at(0.7);
    await bob.setCamera(true);
    await at(0.8);
    await bob.stopSharing();
    await at(1);
  }

  /** Both go, so that nothing is encoded while it is looked at what was recorded. Gives what they did. */
  async leave(): Promise<CallTruth> {
    const [ann, bob] = await Promise.all([this.ann.sent(), this.bob.sent()]);
    await Promise.all([this.ann.leave(), this.bob.leave()]);
    return (name, source, end) => {
      const [probe, all] = name === this.ann.name ? [this.ann, ann] : [this.bob, bob];
      const sent = all[source];
      const audible = source === 'camera' ? (this.#audible.get(probe) ?? []) : [];
      // A screen is over when its last frame is.
      const over = source === 'camera' ? end : Math.min(end, (sent.drawn.at(-1) ?? end) + 50);
      return { source: sent, audible, end: over };
    };
  }
}

/** What one of them did until then, for what was recorded of it to be held against. @param end ms since the epoch */
export type CallTruth = (name: string, source: 'camera' | 'screen', end: number) => ProbeTruth;
