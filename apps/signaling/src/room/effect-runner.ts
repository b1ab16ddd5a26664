import { closeCode } from '@parley/protocol/errors';
import type { IceServer, MediaSession } from '@parley/protocol/server-messages';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import type { Command } from '@parley/room/commands';
import type { Effect } from '@parley/room/effects';
import type { Environment } from '../environment.ts';
import type { FleetObject } from '../fleet/fleet-object.ts';
import type { KeyCache } from '../keyring/key-cache.ts';
import { signAssignment, signTicket } from '../keyring/sign.ts';
import type { RoomPlaces } from '../limits/room-places.ts';
import { log } from '../log.ts';
import { clientMediaSettings, turn } from '../settings.ts';
import { closeQuietly } from '../sockets.ts';
import { turnServer } from '../turn/turn-service.ts';
import { RecorderEffects } from './recorder-effects.ts';
import { type RoomSockets, sendMessage } from './room-sockets.ts';
import type { StartWaiters } from './start-waiters.ts';

/** Effects that are left when the room has read its log. */
export type ShellEffect = Exclude<Effect, { type: 'replay' }>;

/** What carrying out effects needs. */
export interface EffectContext {
  ctx: DurableObjectState;
  env: Environment;
  sockets: RoomSockets;
  keys: KeyCache;
  places: RoomPlaces;
  /** Whose connection it is now. */
  participantOf: (connectionId: string) => string | undefined;
  /** The region whose nodes and recorders serve the room, and its fleet. */
  home: () => string;
  fleet: () => DurableObjectStub<FleetObject>;
  /** Who waits for a recording to begin. */
  starts: StartWaiters;
  /** Takes what becomes of an effect that is answered later. */
  apply: (command: Command) => Promise<void>;
}

/**
 * Carries out a room's effects one after another: signing takes a moment, and nothing may overtake it. The Fleet is
 * never waited for.
 */
export class EffectRunner {
  readonly #context: EffectContext;
  readonly #recorders: RecorderEffects;
  #queue: Promise<void> = Promise.resolve();

  constructor(context: EffectContext) {
    this.#context = context;
    this.#recorders = new RecorderEffects(context);
  }

  /** Resolves when these effects, and all before them, are done. */
  run(roomId: string, effects: readonly ShellEffect[]): Promise<void> {
    for (const effect of effects) {
      this.#queue = this.#queue
        .then(() => this.#perform(roomId, effect))
        .catch((error: unknown) => this.#failed(roomId, effect, error));
    }
    return this.#queue;
  }

  /** See {@link RecorderEffects.told}. */
  told(): Promise<void> {
    return this.#recorders.told();
  }

  /** Assignments and welcomes have deadlines in the rules; a session that was not opened is reported as closed. */
  #failed(roomId: string, effect: ShellEffect, error: unknown): void {
    logError('effect failed', { roomId, effect: effect.type, error });
    if (effect.type !== 'open-session') return;
    const { nodeId, epoch, participantId, session } = effect;
    const message = 'The server could not open the media session; it tries again.';
    const report = {
      type: 'session-closed',
      participantId,
      session,
      code: 'media_unavailable',
      message,
    } as const;
    // Not waited for: what becomes of it stands in this queue.
    this.#context.ctx.waitUntil(this.#context.apply({ type: 'link-report', nodeId, epoch, report }));
  }

  async #perform(roomId: string, effect: ShellEffect): Promise<void> {
    const { ctx, sockets, keys, places } = this.#context;
    switch (effect.type) {
      case 'send': {
        const { connectionId, message } = effect;
        if (message.type === 'joined') {
          const iceServers =
            (await this.#iceServers(message.participantId)) ?? clientMediaSettings.iceServers;
          return sockets.send(connectionId, { ...message, media: { ...clientMediaSettings, iceServers } });
        }
        if (message.type === 'media-session') {
          return this.#tellSession(connectionId, this.#context.participantOf(connectionId), message);
        }
        return sockets.send(connectionId, message);
      }
      case 'check-node':
        ctx.waitUntil(this.#checkNode(roomId, effect));
        return;
      case 'disconnect': {
        const socket = sockets.client(effect.connectionId);
        if (socket === undefined) return;
        return closeQuietly(socket, effect.code === undefined ? 1000 : closeCode(effect.code), effect.reason);
      }
      case 'place':
        ctx.waitUntil(this.#place(roomId, effect.exclude));
        return;
      case 'assign': {
        const { nodeId, epoch } = effect;
        const assignment = await signAssignment(await keys.get(), nodeId, roomId, epoch);
        ctx.waitUntil(this.#assign(roomId, nodeId, epoch, assignment));
        return;
      }
      case 'welcome': {
        const { nodeId, epoch, media } = effect;
        const assignment = await signAssignment(await keys.get(), nodeId, roomId, epoch);
        const link = sockets.link(nodeId, epoch);
        return sendMessage(link, {
          type: 'welcome',
          version: PROTOCOL_VERSION,
          assignment,
          ...(media && { media }),
        });
      }
      case 'open-session': {
        const { type: _, carrier, nodeId, participantId, ...terms } = effect;
        const { epoch, session } = terms;
        const content = { room: roomId, ...terms };
        const ticket = await signTicket(await keys.get(), nodeId, participantId, content);
        switch (carrier.type) {
          case 'relay': {
            const link = sockets.link(nodeId, epoch);
            return sendMessage(link, { type: 'open-session', participantId, session, ticket });
          }
          case 'direct': {
            const way = { type: carrier.type, url: carrier.url, ticket };
            const message = { type: 'media-session', roomId, session, carrier: way } as const;
            return this.#tellSession(carrier.connectionId, participantId, message);
          }
          default:
            return carrier satisfies never;
        }
      }
      case 'free-place':
        return places.freeParticipant(effect.address, effect.participantId);
      case 'link-send':
        return sendMessage(sockets.link(effect.nodeId, effect.epoch), effect.message);
      case 'auto-record':
      case 'place-recorder':
      case 'assign-recorder':
      case 'welcome-recorder':
      case 'recorder-send':
      case 'check-recorder':
      case 'tell-recording':
      case 'start-answered':
        return this.#recorders.perform(roomId, effect);
      default:
        effect satisfies never;
    }
  }

  /** The participant may have joined long ago, and begin or restart ICE now. */
  async #tellSession(
    connectionId: string,
    participantId: string | undefined,
    message: MediaSession,
  ): Promise<void> {
    const iceServers = participantId === undefined ? undefined : await this.#iceServers(participantId);
    this.#context.sockets.send(connectionId, { ...message, ...(iceServers && { iceServers }) });
  }

  /** All ICE servers with credentials that are valid from now on; undefined when there are none to be made. */
  async #iceServers(participantId: string): Promise<IceServer[] | undefined> {
    if (turn === undefined) return undefined;
    return [...clientMediaSettings.iceServers, await turnServer(turn, participantId, Date.now())];
  }

  async #place(roomId: string, exclude: string[]): Promise<void> {
    const { keys, apply } = this.#context;
    try {
      // The key is wanted right after, so both are fetched at once.
      const [nodeId] = await Promise.all([this.#context.fleet().place(roomId, exclude), keys.get()]);
      await apply(nodeId === undefined ? { type: 'placement-failed' } : { type: 'placed', nodeId });
    } catch (error) {
      logError('placement failed', { roomId, error });
      await apply({ type: 'placement-failed' });
    }
  }

  async #checkNode(
    roomId: string,
    { nodeId, epoch, incarnation }: Extract<Effect, { type: 'check-node' }>,
  ): Promise<void> {
    const { apply } = this.#context;
    try {
      const life = await this.#context.fleet().lifeOf(nodeId, incarnation);
      await apply({ type: 'node-checked', nodeId, epoch, life });
    } catch (error) {
      // The room asks again.
      logError('node not checked', { roomId, error });
    }
  }

  async #assign(roomId: string, nodeId: string, epoch: number, assignment: string): Promise<void> {
    const { apply } = this.#context;
    try {
      if (await this.#context.fleet().assign(nodeId, roomId, epoch, assignment)) return;
    } catch (error) {
      logError('assignment not delivered', { roomId, error });
    }
    await apply({ type: 'assign-failed', nodeId, epoch });
  }
}

function logError(event: string, fields: { roomId: string; effect?: string; error: unknown }): void {
  const { error, ...rest } = fields;
  log.error(event, { ...rest, error: error instanceof Error ? error.message : String(error) });
}
