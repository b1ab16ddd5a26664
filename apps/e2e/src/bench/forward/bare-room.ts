import type { SendOptions } from '@parley/sdp/send-parameters';
import type { Router, WebRtcServer } from 'mediasoup/types';
import type { BareParticipant, BareTrack } from './bare-participant.ts';

/** A router of a room on one of the workers. */
export interface BareRouter {
  router: Router;
  webRtcServer: WebRtcServer;
}

/** Of a room's clients: how many go to a worker, by its place, before the next share gets any. */
export interface BareShare {
  worker: number;
  people: number;
}

export interface BareRoomOptions {
  /** One on each worker. */
  routers: readonly BareRouter[];
  /** In the order in which they fill up; none for all on the first worker. */
  shares: readonly BareShare[];
  /** How clients are to send. */
  send: SendOptions;
  /** Whether workers ask each other for lost packets again. */
  repairs: boolean;
}

/** A room of bare mediasoup: a router on each worker, and pipes where somebody watches across. */
export class BareRoom {
  readonly id: string;
  /** How clients are to send. */
  readonly send: SendOptions;
  readonly participants = new Set<BareParticipant>();
  readonly #routers: readonly BareRouter[];
  readonly #repairs: boolean;
  readonly #shares: readonly BareShare[];
  readonly #pipes = new Map<string, Promise<unknown>>();
  #joined = 0;

  constructor(id: string, { routers, shares, send, repairs }: BareRoomOptions) {
    this.id = id;
    this.send = send;
    this.#routers = routers;
    this.#repairs = repairs;
    this.#shares = shares;
  }

  get tracks(): BareTrack[] {
    return [...this.participants].flatMap(({ tracks }) => tracks);
  }

  /** The router of who comes next: the last share has room for everybody. */
  nextRouter(): BareRouter {
    const place = this.#joined++;
    let before = 0;
    const share = this.#shares.find(({ people }) => {
      before += people;
      return place < before;
    });
    const { worker = 0 } = share ?? this.#shares.at(-1) ?? {};
    const router = this.#routers[worker];
    if (router === undefined) throw new Error(`there is no worker ${worker}`);
    return router;
  }

  /** Pipes a track to a router, once. */
  async bring({ producer, router: from }: BareTrack, to: BareRouter): Promise<void> {
    if (from === to) return;
    const key = `${producer.id} ${to.router.id}`;
    const piped =
      this.#pipes.get(key) ??
      from.router.pipeToRouter({ producerId: producer.id, router: to.router, enableRtx: this.#repairs });
    this.#pipes.set(key, piped);
    await piped;
  }

  close(): void {
    for (const { router } of this.#routers) router.close();
  }
}
