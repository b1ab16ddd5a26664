import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { LossModel } from './loss-model.ts';

/** Makes what one direction of one client's loses. */
export type LossMaker = (seed: number) => LossModel;

/** What went through one link, both ways. */
export interface LinkCount {
  packets: number;
  lost: number;
}

/** One client's socket. */
interface Flow {
  link: string;
  /** Towards the node: to it, this client is that socket. */
  socket: Socket;
  lossToNode: LossModel | undefined;
  lossToClient: LossModel | undefined;
}

export interface RelayOptions {
  /** Where clients come, which the node announces as its own address, and where the node is; on the same port. */
  address: string;
  node: string;
  port: number;
  /** Each way, ms. */
  delayMs: number;
}

/** Passes a media node's UDP on, late, and loses some of it, of each link as told. */
export class LossyRelay {
  readonly #options: RelayOptions;
  readonly #socket = createSocket('udp4');
  readonly #flows = new Map<string, Flow>();
  readonly #counts = new Map<string, LinkCount>();
  readonly #makers = new Map<string, LossMaker>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #link = '';
  #seed = 1;
  #closed = false;

  private constructor(options: RelayOptions) {
    this.#options = options;
  }

  static async open(options: RelayOptions): Promise<LossyRelay> {
    const relay = new LossyRelay(options);
    relay.#socket.on('message', (packet, from) => relay.#fromClient(packet, from));
    relay.#socket.bind(options.port, options.address);
    await once(relay.#socket, 'listening');
    return relay;
  }

  /** Clients who come from now on are on this link. */
  set link(name: string) {
    this.#link = name;
  }

  /** What of a link is lost from now on, each direction of each of its clients on its own; without a maker nothing. */
  lose(link: string, maker?: LossMaker): void {
    if (maker === undefined) this.#makers.delete(link);
    else this.#makers.set(link, maker);
    for (const flow of this.#flows.values()) if (flow.link === link) this.#impair(flow);
  }

  /** What went through a link since it was last asked. */
  takeCount(link: string): LinkCount {
    const count = this.#counts.get(link) ?? { packets: 0, lost: 0 };
    this.#counts.delete(link);
    return count;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { socket } of this.#flows.values()) socket.close();
    this.#socket.close();
  }

  #fromClient(packet: Buffer, { address, port }: RemoteInfo): void {
    const key = `${address}:${port}`;
    const flow = this.#flows.get(key) ?? this.#add(key, address, port);
    const { node, port: nodePort } = this.#options;
    this.#pass(flow.link, flow.lossToNode, () => flow.socket.send(packet, nodePort, node));
  }

  #add(key: string, address: string, port: number): Flow {
    const socket = createSocket('udp4');
    const flow: Flow = { link: this.#link, socket, lossToNode: undefined, lossToClient: undefined };
    socket.on('message', (packet) => {
      this.#pass(flow.link, flow.lossToClient, () => this.#socket.send(packet, port, address));
    });
    this.#flows.set(key, flow);
    this.#impair(flow);
    return flow;
  }

  #impair(flow: Flow): void {
    const maker = this.#makers.get(flow.link);
    flow.lossToNode = maker?.(this.#seed++);
    flow.lossToClient = maker?.(this.#seed++);
  }

  #pass(link: string, isLost: LossModel | undefined, send: () => void): void {
    if (this.#closed) return;
    const count = this.#counts.get(link) ?? { packets: 0, lost: 0 };
    this.#counts.set(link, count);
    count.packets += 1;
    if (isLost?.()) {
      count.lost += 1;
      return;
    }
    // Timers of one length go off in the order in which they were set.
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      send();
    }, this.#options.delayMs);
    this.#timers.add(timer);
  }
}
