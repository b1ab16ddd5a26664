import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Bot } from '@parley/bots/bot';
import type { Stack, StackOptions } from '../../stack.ts';
import { type DenseCamera, makeDenseCamera } from './dense-camera.ts';
import { LinkReceiver } from './link-receiver.ts';
import type { ShapedNetwork } from './shaped-network.ts';

/** The stack that a scene needs: reached from all networks by this machine's address in the first. */
export function stackFor([first]: readonly ShapedNetwork[]): StackOptions {
  const node = first?.gateway ?? '127.0.0.1';
  return {
    host: node,
    nodeEnv: { PARLEY_LISTEN_IPS: node, PARLEY_PERFORMANCE_WORKER_THREADS: '1' },
  };
}

/** Somebody with a dense camera and a microphone, and receivers behind a link each. */
export class LinkScene {
  readonly camera: DenseCamera;
  readonly receivers: readonly LinkReceiver[];
  readonly #stack: Stack;
  readonly #folder: string;
  #publisher: Bot | undefined;

  private constructor(stack: Stack, folder: string, camera: DenseCamera, receivers: readonly LinkReceiver[]) {
    this.#stack = stack;
    this.#folder = folder;
    this.camera = camera;
    this.receivers = receivers;
  }

  static async open(stack: Stack, networks: readonly ShapedNetwork[]): Promise<LinkScene> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-links-'));
    const camera = await makeDenseCamera(folder);
    const receivers = await Promise.all(
      networks.map((network, index) =>
        LinkReceiver.open(`receiver ${index + 1}`, network, stack.url, folder),
      ),
    );
    return new LinkScene(stack, folder, camera, receivers);
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
    for (const receiver of this.receivers) await receiver.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
