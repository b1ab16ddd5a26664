import { DurableObject } from 'cloudflare:workers';
import { DecodeError, decode } from '@parley/protocol/decode';

import {
  type FleetNodeMessage,
  LEASE_SECONDS,
  NodeFleetMessage,
  type NodeLife,
  type NodeLoad,
} from '@parley/protocol/fleet-messages';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import type { Environment } from '../environment.ts';
import { within } from '../residency/within.ts';
import { residency } from '../settings.ts';
import { closeQuietly, closeWithError, sendQuietly } from '../sockets.ts';
import { type Candidate, chooseNode } from './choose-node.ts';

const MAX_MESSAGE_BYTES = 16 * 1024;

/** What a node's socket remembers through hibernation. */
interface NodeAttachment {
  nodeId: string;
  /** Set by hello: before it, the node gets no rooms. */
  incarnation?: string;
  load: NodeLoad;
  /** Last word from it, milliseconds since the epoch. */
  heardAt: number;
}

/** That the Fleet saw a node's socket end, as a deploy does not let it. */
interface Departure {
  incarnation: string;
  at: number;
}

/** A node as metrics tell of it. */
export interface NodeReport {
  nodeId: string;
  /** Whether it could take a room now. */
  up: boolean;
  /** As it told last; absent when it has left. */
  load?: NodeLoad;
}

/** A node whose socket ended is given this long to open another before it counts as dead, ms. */
const DEPARTED_AFTER = 1_500;

/** Nobody asks about a node that went this long ago, ms. */
const FORGET_DEPARTURE = 60 * 60_000;
const DEPARTURE = 'departure:';

function departureKey(nodeId: string): string {
  return `${DEPARTURE}${nodeId}`;
}

/** The media nodes of one region: their sockets, their leases, and which of them gets a room. */
export class FleetObject extends DurableObject<Environment> {
  static of(env: Environment, region: string): DurableObjectStub<FleetObject> {
    return within(env.FLEETS, residency.jurisdictionOfRegion(region)).getByName(region);
  }

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Takes a node's socket; the Worker has verified its node token and named the node in the query. */
  override fetch(request: Request): Response {
    const nodeId = new URL(request.url).searchParams.get('node');
    if (nodeId === null) return new Response('the Worker names the node', { status: 400 });
    for (const older of this.ctx.getWebSockets(nodeId)) {
      closeWithError(older, 'assignment_stale', 'The node has connected again.');
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [nodeId]);
    const load = { rooms: 0, participants: 0, cpu: 0 };
    server.serializeAttachment({ nodeId, load, heardAt: Date.now() } satisfies NodeAttachment);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const attachment = socket.deserializeAttachment() as NodeAttachment;
    try {
      const message = decode(NodeFleetMessage, data, MAX_MESSAGE_BYTES);
      if (message.type === 'hello') {
        if (!isSupportedVersion(message.version)) {
          closeWithError(socket, 'unsupported_version', `The edge speaks version ${PROTOCOL_VERSION}.`);
          return;
        }
        attachment.incarnation = message.incarnation;
        this.ctx.storage.kv.delete(departureKey(attachment.nodeId));
        send(socket, { type: 'welcome', version: PROTOCOL_VERSION });
      }
      socket.serializeAttachment({ ...attachment, load: message.load, heardAt: Date.now() });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      closeWithError(socket, error.code, error.message);
    }
  }

  override webSocketClose(socket: WebSocket): void {
    closeQuietly(socket, 1000, '');
    const { nodeId, incarnation } = socket.deserializeAttachment() as NodeAttachment;
    if (incarnation === undefined || this.#isBack(nodeId, incarnation)) return;
    const now = Date.now();
    for (const [key, { at }] of this.ctx.storage.kv.list<Departure>({ prefix: DEPARTURE })) {
      if (now > at + FORGET_DEPARTURE) this.ctx.storage.kv.delete(key);
    }
    const departure: Departure = { incarnation, at: now };
    this.ctx.storage.kv.put(departureKey(nodeId), departure);
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket);
  }

  /** What is known of a process of a node, see {@link NodeLife}. */
  lifeOf(nodeId: string, incarnation: string | undefined): NodeLife {
    const live = this.#live().find((node) => node.nodeId === nodeId);
    if (live !== undefined) return live.incarnation === incarnation ? 'live' : 'dead';
    const departure = this.ctx.storage.kv.get<Departure>(departureKey(nodeId));
    if (departure !== undefined && departure.incarnation === incarnation) {
      return Date.now() >= departure.at + DEPARTED_AFTER ? 'dead' : 'unknown';
    }
    // A socket without a heartbeat: the lease has run out.
    const silent = this.ctx.getWebSockets(nodeId).some((socket) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      const { heardAt } = socket.deserializeAttachment() as NodeAttachment;
      return heardAt < Date.now() - LEASE_SECONDS * 1000;
    });
    return silent ? 'dead' : 'unknown';
  }

  #isBack(nodeId: string, incarnation: string): boolean {
    return this.#live().some((node) => node.nodeId === nodeId && node.incarnation === incarnation);
  }

  /** How many nodes are there, full ones included. */
  nodeCount(): number {
    return this.#live().length;
  }

  /** The nodes that have a socket, and those whose end was seen within the last hour. */
  nodes(): NodeReport[] {
    const reports = new Map<string, NodeReport>();
    for (const [key, { at }] of this.ctx.storage.kv.list<Departure>({ prefix: DEPARTURE })) {
      const nodeId = key.slice(DEPARTURE.length);
      if (Date.now() <= at + FORGET_DEPARTURE) reports.set(nodeId, { nodeId, up: false });
    }
    const live = new Set(this.#live().map(({ socket }) => socket));
    for (const socket of this.ctx.getWebSockets()) {
      const { nodeId, incarnation, load } = socket.deserializeAttachment() as NodeAttachment;
      if (incarnation === undefined || reports.get(nodeId)?.up) continue;
      if (live.has(socket)) reports.set(nodeId, { nodeId, up: true, load });
      else reports.set(nodeId, { nodeId, up: false });
    }
    return [...reports.values()].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  }

  /** Chooses a node for a room; undefined when none has room for it. `exclude` is passed over while others have. */
  async place(roomId: string, exclude: string[]): Promise<string | undefined> {
    const live = this.#live();
    const preferred = live.filter((node) => !exclude.includes(node.nodeId));
    return ((await chooseNode(roomId, preferred)) ?? (await chooseNode(roomId, live)))?.nodeId;
  }

  /** Hands a signed assignment to its node; false when the node is not connected. */
  assign(nodeId: string, roomId: string, epoch: number, assignment: string): boolean {
    const node = this.#live().find((candidate) => candidate.nodeId === nodeId);
    if (node === undefined) return false;
    return send(node.socket, { type: 'assign', roomId, epoch, assignment });
  }

  #live(): (Candidate & { socket: WebSocket; incarnation: string })[] {
    const since = Date.now() - LEASE_SECONDS * 1000;
    return this.ctx.getWebSockets().flatMap((socket) => {
      const { nodeId, incarnation, load, heardAt } = socket.deserializeAttachment() as NodeAttachment;
      const live = socket.readyState === WebSocket.OPEN && incarnation !== undefined && heardAt >= since;
      return live ? [{ nodeId, cpu: load.cpu, full: load.full === true, socket, incarnation }] : [];
    });
  }
}

function send(socket: WebSocket, message: FleetNodeMessage): boolean {
  return sendQuietly(socket, JSON.stringify(message));
}
