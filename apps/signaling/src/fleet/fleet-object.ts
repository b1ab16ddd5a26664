import { DurableObject } from 'cloudflare:workers';
import { DecodeError, decode } from '@parley/protocol/decode';
import {
  type FleetNodeMessage,
  NodeFleetMessage,
  type NodeLife,
  type NodeLoad,
} from '@parley/protocol/fleet-messages';
import { type FleetRecorderMessage, RecorderFleetMessage } from '@parley/protocol/recording/recorder-api';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import type { Environment } from '../environment.ts';
import { within } from '../residency/within.ts';
import { residency } from '../settings.ts';
import { closeWithError, sendQuietly } from '../sockets.ts';
import { chooseNode } from './choose-node.ts';
import { chooseFinisher, chooseRecorder, type RecorderFacts } from './choose-recorder.ts';
import { FleetMembers, roleOf } from './fleet-members.ts';

const MAX_MESSAGE_BYTES = 16 * 1024;

/** A node as metrics tell of it. */
export interface NodeReport {
  nodeId: string;
  /** Whether it could take a room now. */
  up: boolean;
  /** As it told last; absent when it has left. */
  load?: NodeLoad;
}

/** A recorder as it is told of: `up`, and with what it said, while it sends heartbeats. */
export interface RecorderReport extends Partial<RecorderFacts> {
  recorderId: string;
  up: boolean;
}

/**
 * The media nodes and recorders of one region: their sockets, their leases, and which of them gets a room, or a recording.
 * Recorders are counted nowhere as nodes.
 */
export class FleetObject extends DurableObject<Environment> {
  readonly #nodes: FleetMembers<NodeLoad>;
  readonly #recorders: FleetMembers<RecorderFacts>;

  static of(env: Environment, region: string): DurableObjectStub<FleetObject> {
    return within(env.FLEETS, residency.jurisdictionOfRegion(region)).getByName(region);
  }

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    this.#nodes = new FleetMembers(ctx, 'node');
    this.#recorders = new FleetMembers(ctx, 'recorder');
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Takes the socket of a node or a recorder; the Worker has verified its node token and named it in the query. */
  override fetch(request: Request): Response {
    const query = new URL(request.url).searchParams;
    const nodeId = query.get('node');
    if (nodeId !== null) return this.#nodes.accept(nodeId);
    const recorderId = query.get('recorder');
    if (recorderId !== null) return this.#recorders.accept(recorderId);
    return new Response('the Worker names the node', { status: 400 });
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    try {
      switch (roleOf(socket)) {
        case 'node':
          return this.#nodeMessage(socket, decode(NodeFleetMessage, data, MAX_MESSAGE_BYTES));
        case 'recorder':
          return this.#recorderMessage(socket, decode(RecorderFleetMessage, data, MAX_MESSAGE_BYTES));
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      closeWithError(socket, error.code, error.message);
    }
  }

  #nodeMessage(socket: WebSocket, message: NodeFleetMessage): void {
    if (message.type === 'heartbeat') return this.#nodes.heard(socket, message.load);
    if (!isSpoken(socket, message.version)) return;
    this.#nodes.greeted(socket, message.incarnation, message.load);
    send(socket, { type: 'welcome', version: PROTOCOL_VERSION });
  }

  #recorderMessage(socket: WebSocket, message: RecorderFleetMessage): void {
    if (message.type === 'heartbeat') {
      const facts = this.#recorders.factsOf(socket);
      if (facts === undefined) return closeWithError(socket, 'invalid_message', 'Say hello first.');
      return this.#recorders.heard(socket, { ...facts, load: message.load });
    }
    if (!isSpoken(socket, message.version)) return;
    const { incarnation, abilities, load } = message;
    this.#recorders.greeted(socket, incarnation, { abilities, load });
    send(socket, { type: 'welcome', version: PROTOCOL_VERSION });
  }

  override webSocketClose(socket: WebSocket): void {
    switch (roleOf(socket)) {
      case 'node':
        return this.#nodes.closed(socket);
      case 'recorder':
        return this.#recorders.closed(socket);
    }
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket);
  }

  // ─── Nodes ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** What is known of a process of a node, see {@link NodeLife}. */
  lifeOf(nodeId: string, incarnation: string | undefined): NodeLife {
    return this.#nodes.lifeOf(nodeId, incarnation);
  }

  /** How many nodes are there, full ones included. */
  nodeCount(): number {
    return this.#nodes.live().length;
  }

  /** The nodes that have a socket, and those whose end was seen within the last hour. */
  nodes(): NodeReport[] {
    return this.#nodes
      .reports()
      .map(({ id, up, facts }) => ({ nodeId: id, up, ...(facts !== undefined && { load: facts }) }));
  }

  /** Chooses a node for a room; undefined when none has room for it. `exclude` is passed over while others have. */
  async place(roomId: string, exclude: string[]): Promise<string | undefined> {
    const live = this.#nodes
      .live()
      .map(({ id, facts }) => ({ nodeId: id, cpu: facts.cpu, full: facts.full === true }));
    const preferred = live.filter((node) => !exclude.includes(node.nodeId));
    return ((await chooseNode(roomId, preferred)) ?? (await chooseNode(roomId, live)))?.nodeId;
  }

  /** Hands a signed assignment to its node; false when the node is not connected. */
  assign(nodeId: string, roomId: string, epoch: number, assignment: string): boolean {
    const node = this.#nodes.find(nodeId);
    return node !== undefined && send(node.socket, { type: 'assign', roomId, epoch, assignment });
  }

  // ─── Recorders ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Chooses who records a room; undefined when nobody can. `exclude` is passed over while others can. */
  placeRecorder({ exclude }: { exclude: string[] }): string | undefined {
    const chosen = chooseRecorder(this.#recorders.live(), exclude);
    if (chosen === undefined) return undefined;
    // Until it tells itself: rooms that start at once are spread.
    const { load } = chosen.facts;
    const recordings = load.recordings + 1;
    this.#recorders.correct(chosen.socket, { ...chosen.facts, load: { ...load, recordings } });
    return chosen.id;
  }

  /**
   * Chooses who finishes or deletes a recording; undefined when nobody can now. `exclude` is passed over while others can.
   *
   * @param recorderIds who recorded it: where they keep recordings on their own disks, one of them is chosen
   */
  placeFinisher({
    recorderIds = [],
    exclude,
  }: {
    recorderIds?: string[];
    exclude: string[];
  }): string | undefined {
    const chosen = chooseFinisher(this.#recorders.live(), recorderIds, exclude);
    if (chosen === undefined) return undefined;
    const { load } = chosen.facts;
    const finishing = load.finishing + 1;
    this.#recorders.correct(chosen.socket, { ...chosen.facts, load: { ...load, finishing } });
    return chosen.id;
  }

  /** What is known of a process of a recorder, see {@link NodeLife}. */
  recorderLife(recorderId: string, incarnation: string | undefined): NodeLife {
    return this.#recorders.lifeOf(recorderId, incarnation);
  }

  /** Says something to a recorder; false when it is not connected. */
  tellRecorder(recorderId: string, message: FleetRecorderMessage): boolean {
    const recorder = this.#recorders.find(recorderId);
    return recorder !== undefined && send(recorder.socket, message);
  }

  /** The recorders that have a socket, and those whose end was seen within the last hour. */
  recorders(): RecorderReport[] {
    return this.#recorders.reports().map(({ id, up, facts }) => ({ recorderId: id, up, ...facts }));
  }
}

/** Whether a member's version is spoken here; else its socket is closed. */
function isSpoken(socket: WebSocket, version: number): boolean {
  if (isSupportedVersion(version)) return true;
  closeWithError(socket, 'unsupported_version', `The edge speaks version ${PROTOCOL_VERSION}.`);
  return false;
}

function send(socket: WebSocket, message: FleetNodeMessage | FleetRecorderMessage): boolean {
  return sendQuietly(socket, JSON.stringify(message));
}
