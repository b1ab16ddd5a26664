import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Bot } from '@parley/bots/bot';
import type { Stack, StackOptions } from '../../stack.ts';
import { LossyRelay } from '../loss/lossy-relay.ts';
import { type DenseCamera, makeDenseCamera } from './dense-camera.ts';
import { LinkReceiver } from './link-receiver.ts';
import type { ShapedNetwork } from './shaped-network.ts';

/** Where the node is; a relay before it makes the way as long as it is on the internet. */
const NODE = '127.0.0.1';
/** Each way, between the node and everybody, ms. */
const DELAY_MS = 20;

/** The stack that a scene needs: reached from all networks by this machine's address in the first. */
export function stackFor([first]: readonly ShapedNetwork[]): StackOptions {
  const address = first?.gateway ?? NODE;
  return {
    host: address,
    nodeEnv: {
      PARLEY_LISTEN_IPS: NODE,
      PARLEY_ANNOUNCED_ADDRESS: address,
      PARLEY_PERFORMANCE_WORKER_THREADS: '1',
    },
  };
}

/** Somebody with a dense camera and a microphone, and receivers behind a link each. */
export class LinkScene {
  readonly camera: DenseCamera;
  readonly receivers: readonly LinkReceiver[];
  readonly #stack: Stack;
  readonly #folder: string;
  readonly #relay: LossyRelay;
  #publisher: Bot | undefined;

  private constructor(parts: {
    stack: Stack;
    folder: string;
    relay: LossyRelay;
    camera: DenseCamera;
    receivers: readonly LinkReceiver[];
  }) {
    this.#stack = parts.stack;
    this.#folder = parts.folder;
    this.#relay = parts.relay;
    this.camera = parts.camera;
    this.receivers = parts.receivers;
  }

  static async open(stack: Stack, networks: readonly ShapedNetwork[]): Promise<LinkScene> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-links-'));
    const camera = await makeDenseCamera(folder);
    const receivers = await Promise.all(
      networks.map((network, index) =>
        LinkReceiver.open(`receiver ${index + 1}`, network, stack.url, folder),
      ),
    );
    const address = new URL(stack.url).hostname;
    const relay = await LossyRelay.open({ address, node: NODE, port: stack.rtcPort, delayMs: DELAY_MS });
    return new LinkScene({ stack, folder, relay, camera, receivers });
  }

  /** A room with the publisher and these, with links of these rates in bit/s. */
  async meet(room: string, rates: ReadonlyMap<LinkReceiver, number>): Promise<void> {
    await this.part();
    const edgeUrl = this.#stack.url;
    this.#publisher = new Bot({
      edgeUrl,
      room,
      name: 'Publisher',
      publish: ['microphone', 'camera'],
      simulcast: true,
      camera: this.camera,
      bindAddress: new URL(edgeUrl).hostname,
    });
    await this.#publisher.join();
    await this.#publisher.ready();
    for (const [receiver, rate] of rates) {
      await receiver.network.shape(rate);
      await receiver.join(edgeUrl, room);
    }
  }

  /** @throws {Error} when the publisher had trouble, which would say nothing of links */
  async part(): Promise<void> {
    for (const receiver of this.receivers) await receiver.leave();
    const publisher = this.#publisher;
    this.#publisher = undefined;
    await publisher?.leave();
    if (publisher !== undefined && publisher.problems.length > 0)
      throw new Error(`the publisher: ${publisher.problems.join('; ')}`);
  }

  async close(): Promise<void> {
    this.#publisher?.close();
    this.#relay.close();
    for (const receiver of this.receivers) await receiver.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
