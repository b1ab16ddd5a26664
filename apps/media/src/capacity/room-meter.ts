import type { PipedTrack } from '../pipes/track-pipes.ts';
import type { CapturedTrack } from '../recording/captured-track.ts';
import type { RoomCapture } from '../recording/room-capture.ts';
import type { MediaRoom } from '../rooms/media-room.ts';
import { packetsOf } from '../rooms/room-stats.ts';
import type { PublishedTrack } from '../sessions/published-track.ts';
import type { Session } from '../sessions/session.ts';
import type { Subscription } from '../sessions/subscription.ts';
import type { MediaWorker, RoomRouter } from '../workers/media-worker.ts';
import type { RoomUse } from './load-model.ts';
import { limitOf, SHED_STEPS } from './shed-step.ts';

/** Packets of each layer, by track. */
type Packets = ReadonlyMap<string, readonly number[]>;

/** Packets a second of each layer, by track. */
type Rates = ReadonlyMap<string, readonly number[]>;

/**
 * Measures what a room does. The worker is asked about what is published only: what goes to subscribers follows from the layer
 * that each gets, so a room of a hundred costs a hundred questions, not ten thousand. Pipes carry all layers.
 */
export class RoomMeter {
  readonly #room: MediaRoom;
  #last: { at: number; packets: Packets } | undefined;

  /** @param since where the room was made after this, ms: all it has done is counted from then */
  constructor(room: MediaRoom, since?: number) {
    this.#room = room;
    if (since !== undefined) this.#last = { at: since, packets: new Map() };
  }

  /**
   * What the room has done on each of its workers since the last call; undefined at the first where it may be older.
   *
   * @param now ms
   */
  async measure(now: number): Promise<Map<MediaWorker, RoomUse> | undefined> {
    const sessions = [...this.#room.sessions.values()];
    const tracks = sessions.flatMap(({ published }) => published);
    const packets = new Map(
      await Promise.all(
        tracks.map(async ({ producer }): Promise<[string, number[]]> => {
          // One that ends meanwhile has done nothing that counts any more.
          const streams = await producer.getStats().catch(() => []);
          return [producer.id, packetsOf(producer, streams)];
        }),
      ),
    );
    const last = this.#last;
    this.#last = { at: now, packets };
    if (last === undefined || now <= last.at) return undefined;
    const rates = ratesOf(last.packets, packets, (now - last.at) / 1000);
    return new Map(this.#room.routers.map((router) => [router.worker, this.#useOn(router, sessions, rates)]));
  }

  #useOn(router: RoomRouter, sessions: readonly Session[], rates: Rates): RoomUse {
    const { pipes, routers } = this.#room;
    const here = sessions.filter((session) => session.router === router);
    const own = new Set(here.flatMap(({ published }) => published.map(({ producer }) => producer.id)));
    const pipedIn = pipes.on(router.router);
    const pipedOut = routers.flatMap((other) =>
      pipes.on(other.router).filter(({ trackId }) => own.has(trackId)),
    );
    const subscriptions = here.flatMap((session) =>
      session.subscriptions.map((subscription) => ({ session, subscription })),
    );
    const { capture } = this.#room;
    const captured = capture?.tracks.filter(({ track }) => track.router === router) ?? [];
    const step = SHED_STEPS.indexOf(this.#room.shed);
    const packetsOf = (ids: Iterable<string>) => sum([...ids].flatMap((id) => rates.get(id) ?? []));
    return {
      packetsIn: packetsOf(own) + packetsOf(flowing(pipedIn)),
      packetsOut: SHED_STEPS.map(
        (_, to) =>
          packetsOf(flowing(pipedOut)) +
          sum(captured.map((one) => capturedOf(capture, one, rates, to))) +
          sum(
            subscriptions.map(({ session, subscription }) => sentTo(session, subscription, rates, step, to)),
          ),
      ),
      step,
      transports:
        sum(here.map(({ transports }) => transports)) + (routers.length - 1) + (captured.length > 0 ? 1 : 0),
      producers: own.size + pipedIn.length,
      consumers: subscriptions.length + pipedOut.length + captured.length,
    };
  }
}

function flowing(piped: readonly PipedTrack[]): string[] {
  return piped.flatMap(({ trackId, flows }) => (flows ? trackId : []));
}

function ratesOf(before: Packets, now: Packets, seconds: number): Map<string, number[]> {
  const rates = [...now].map(([trackId, layers]): [string, number[]] => [
    trackId,
    layers.map((count, layer) => Math.max(0, count - (before.get(trackId)?.[layer] ?? 0)) / seconds),
  ]);
  return new Map(rates);
}

/** Packets a second that a subscription gets, or would get on another step. */
function sentTo(
  session: Session,
  { track, consumer, receives }: Subscription,
  rates: Rates,
  step: number,
  to: number,
): number {
  const layers = rates.get(track.producer.id);
  if (!receives || layers === undefined) return 0;
  if (track.producer.kind === 'audio') return layers[0] ?? 0;
  const there = preferred(session, track, to);
  const here = preferred(session, track, step);
  if (there === undefined) return 0;
  // Bandwidth may keep it below what it may have.
  const now = here === undefined ? there : (consumer.currentLayers?.spatialLayer ?? here);
  return layers[here !== undefined && there <= here ? Math.min(now, there) : there] ?? 0;
}

/** Packets a second that a recorder gets of a track, or would get on another step. */
function capturedOf(
  capture: RoomCapture | undefined,
  { track, consumer }: CapturedTrack,
  rates: Rates,
  to: number,
): number {
  const layers = rates.get(track.producer.id);
  if (layers === undefined) return 0;
  if (track.producer.kind === 'audio') return layers[0] ?? 0;
  const there = capture?.layerUnder(track, limitOf(SHED_STEPS[to] ?? 'none')) ?? 0;
  return layers[Math.min(there, consumer.currentLayers?.spatialLayer ?? there)] ?? 0;
}

/** Index of the best layer that a step leaves; undefined where it leaves none. */
function preferred(session: Session, track: PublishedTrack, step: number): number | undefined {
  const { paused, spatialLayer } = session.layerUnder(track, limitOf(SHED_STEPS[step] ?? 'none'));
  return paused ? undefined : spatialLayer;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
