import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/**
 * A way between a node and a recorder on which packets get lost, as often in both directions, but for the first of each stream, since nobody
 * can know of a packet before the first, and never two of a stream in a row: nobody can know either how many are missing after the last.
 */
export class LossyLink {
  readonly #near: Socket;
  readonly #far: Socket;
  /** Whether the last packet came, by SSRC. */
  readonly #came = new Map<number, boolean>();
  #state: number;
  dropped = 0;

  private constructor(near: Socket, far: Socket, seed: number) {
    [this.#near, this.#far, this.#state] = [near, far, seed];
  }

  /** @param node Where the node sends from. @param recorder Where the recorder listens. @param loss 0–1. */
  static async open(recorder: number, loss: number, seed = 1): Promise<LossyLink> {
    const [near, far] = [createSocket('udp4'), createSocket('udp4')];
    near.bind(0, '127.0.0.1');
    far.bind(0, '127.0.0.1');
    await Promise.all([once(near, 'listening'), once(far, 'listening')]);
    const link = new LossyLink(near, far, seed);
    let node = 0;
    near.on('message', (data, { port }) => {
      node = port;
      if (link.#lets(data, loss)) far.send(data, recorder, '127.0.0.1');
    });
    far.on('message', (data) => {
      if (link.#keeps(loss)) near.send(data, node, '127.0.0.1');
    });
    return link;
  }

  /** What the node sends to. */
  get forNode(): number {
    return this.#near.address().port;
  }

  /** What the recorder sees. */
  get forRecorder(): number {
    return this.#far.address().port;
  }

  close(): void {
    this.#near.close();
    this.#far.close();
  }

  /** By the SSRC, which is in clear in SRTP too; in RTCP other bytes are at its place. */
  #lets(data: Buffer, loss: number): boolean {
    const ssrc = data.readUInt32BE(8);
    const comes = this.#came.get(ssrc) !== true || this.#keeps(loss);
    this.#came.set(ssrc, comes);
    return comes;
  }

  #keeps(loss: number): boolean {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    const kept = this.#state / 2 ** 32 >= loss;
    if (!kept) this.dropped += 1;
    return kept;
  }
}
