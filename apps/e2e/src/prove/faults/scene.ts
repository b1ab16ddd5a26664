import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { CHROMIUM, launchBrowser } from '../../launch-browser.ts';
import type { SdkState } from '../../sdk/sdk-page.ts';
import { SdkParticipant } from '../../sdk/sdk-participant.ts';
import type { Stack, StackOptions } from '../../stack.ts';
import type { ClientNetwork } from '../../turn/client-network.ts';
import { writeNoise } from './noise-video.ts';

/** The stack that a scene needs: reached from the network, with one media port that can be blocked. */
export function stackFor({ node }: ClientNetwork): StackOptions {
  return {
    host: node,
    nodeEnv: { PARLEY_LISTEN_IPS: node, PARLEY_PERFORMANCE_WORKER_THREADS: '1' },
  };
}

/** How the call is, from both sides. */
export interface Sight {
  ann: SdkState;
  bob: SdkState;
}

/** What there is to see when all is well. */
const PUBLISHED = ['Ann camera', 'Ann microphone muted', 'Bob camera', 'Bob microphone', 'Bob screen'];
const AT_ANN = ['Bob camera', 'Bob microphone'];
const AT_BOB = ['Ann camera', 'Ann microphone'];

/**
 * A call of two, each in a Chromium of its own, both with dense pictures. Ann's is in a network of its own, where things
 * befall it; she has muted her microphone and does not want Bob's screen.
 */
export class Scene {
  readonly #stack: Stack;
  readonly #folder: string;
  readonly #browsers: { ann: Browser; bob: Browser };
  #call: { ann: SdkParticipant; bob: SdkParticipant } | undefined;

  private constructor(stack: Stack, folder: string, browsers: { ann: Browser; bob: Browser }) {
    this.#stack = stack;
    this.#folder = folder;
    this.#browsers = browsers;
  }

  static async open(stack: Stack, network: ClientNetwork): Promise<Scene> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-faults-'));
    const video = path.join(folder, 'noise.y4m');
    await writeNoise(video);
    const ports = [Number(new URL(stack.url).port), stack.clientPort, stack.rtcPort];
    await network.allowOnly([
      ...ports.map((port) => ({ protocol: 'tcp', address: network.node, port }) as const),
      { protocol: 'udp', address: network.node, port: stack.rtcPort },
    ]);
    const args = [
      `--unsafely-treat-insecure-origin-as-secure=${stack.url}`,
      `--use-file-for-fake-video-capture=${video}`,
    ];
    const ann = await launchBrowser(15, await network.wrap(CHROMIUM, folder), args);
    const bob = await launchBrowser(15, CHROMIUM, args);
    return new Scene(stack, folder, { ann, bob });
  }

  get ann(): SdkParticipant {
    if (this.#call === undefined) throw new Error('there is no call');
    return this.#call.ann;
  }

  /** A call, of which everything works; the one that there was is left. */
  async call(room: string): Promise<void> {
    await this.hangUp();
    const { url } = this.#stack;
    const bob = await SdkParticipant.join(this.#browsers.bob, url, { room, name: 'Bob' });
    const ann = await SdkParticipant.join(this.#browsers.ann, url, { room, name: 'Ann' });
    this.#call = { ann, bob };
    await Promise.all([bob.setCamera(true), bob.setMicrophone(true), bob.share()]);
    await Promise.all([ann.setCamera(true), ann.setMicrophone(true)]);
    await ann.setMicrophone(false);
    await ann.choose(false, 'Bob', 'screen');
  }

  async sight(): Promise<Sight> {
    if (this.#call === undefined) throw new Error('there is no call');
    const [ann, bob] = await Promise.all([this.#call.ann.state(), this.#call.bob.state()]);
    return { ann, bob };
  }

  async hangUp(): Promise<void> {
    const { ann, bob } = this.#call ?? {};
    this.#call = undefined;
    await Promise.all([ann?.leave(), bob?.leave()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#browsers.ann.close(), this.#browsers.bob.close()]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What is not as it should be, but for whether pictures move. */
export function lacks({ ann, bob }: Sight): string[] {
  const same = (what: string, is: readonly string[], should: readonly string[]) =>
    is.join() === should.join() ? [] : [`${what}: ${is.join(', ') || 'nothing'}`];
  return [
    ...same('Ann’s call', [ann.state], ['connected']),
    ...same('Bob’s call', [bob.state], ['connected']),
    ...same('Ann sees published', ann.published, PUBLISHED),
    ...same('Bob sees published', bob.published, PUBLISHED),
    ...same('Ann receives', ann.receiving, AT_ANN),
    ...same('Bob receives', bob.receiving, AT_BOB),
  ];
}
