import type { CarrierKind } from '@parley/protocol/client-messages';
import { until } from '@parley/service/testing/inbox';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { MediaNode, MediaNodeOptions } from '../media-node.ts';
import { startTestNode } from './start-test-node.ts';
import type { TestClient } from './test-client.ts';
import { TestDirect } from './test-direct.ts';
import { TestEdge, type TicketWishes } from './test-edge.ts';
import type { TestLink } from './test-link.ts';
import { TestPeer } from './test-peer.ts';

/** The carriers that tests of sessions run over. */
export const CARRIERS = ['relay', 'direct'] as const satisfies readonly CarrierKind[];

/** How participants of a test come to their sessions. */
export interface Joining {
  /** A participant with a session of which nothing but messages is needed. */
  open(link: TestLink, participantId: string, wishes?: TicketWishes): Promise<TestClient>;
  /** A participant with a session and media; it is gone after the test. */
  join(link: TestLink, participantId: string, wishes?: TicketWishes): Promise<TestPeer>;
}

/** An edge and a node that all tests of a file share, with a room of its own for each test. */
export interface RoomFixture {
  edge: TestEdge;
  node: MediaNode;
  /** A new room on the node. */
  room(): Promise<TestLink>;
  /** Participants who come over a carrier. */
  over(carrier: CarrierKind): Joining;
  /** A participant who speaks through the Room, with a session and media; it is gone after the test. */
  join: Joining['join'];
  /** A participant's own socket, with its session open; it is gone after the test. */
  direct(link: TestLink, participantId: string, wishes?: TicketWishes): Promise<TestDirect>;
  /** Shows the node a ticket over a socket of a participant's own, which is gone after the test. */
  show(ticket: string, participantId?: string): Promise<TestDirect>;
}

/** Sets up the fixture for the file that calls it. */
export function useNode(
  environment: Record<string, string> = {},
  options: Partial<MediaNodeOptions> = {},
): RoomFixture {
  vi.setConfig({ testTimeout: 60_000 });
  const peers: TestPeer[] = [];
  const sockets: TestDirect[] = [];
  let rooms = 0;
  let edge: TestEdge | undefined;
  let node: MediaNode | undefined;
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the fixture has not been started');
    return part;
  };
  beforeAll(
    async () => {
      edge = await TestEdge.start();
      node = await startTestNode(edge.url, environment, options);
      await until(() => started(node).registered, 'the node is registered');
    },
    // The first time on a machine the worker may have to be built.
    20 * 60_000,
  );
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.close();
    for (const socket of sockets.splice(0)) socket.drop();
  });
  afterAll(async () => {
    await node?.close();
    await edge?.close();
  });
  const show: RoomFixture['show'] = async (ticket, participantId = 'alice') => {
    const client = await TestDirect.connect(started(node).direct?.port ?? 0, ticket, participantId);
    sockets.push(client);
    return client;
  };
  const direct: RoomFixture['direct'] = async (link, participantId, wishes = {}) => {
    const client = await show(await link.nextTicket(participantId, wishes), participantId);
    if (wishes.requestOffers !== false) await client.event('request-offer');
    return client;
  };
  const over = (carrier: CarrierKind): Joining => {
    const open: Joining['open'] = async (link, participantId, wishes) => {
      if (carrier === 'direct') return await direct(link, participantId, wishes);
      const client = link.client(participantId);
      await link.open(participantId, wishes);
      return client;
    };
    const join: Joining['join'] = async (link, participantId, wishes) => {
      const peer = new TestPeer(await open(link, participantId, wishes));
      peers.push(peer);
      return peer;
    };
    return { open, join };
  };
  return {
    get edge() {
      return started(edge);
    },
    get node() {
      return started(node);
    },
    room: async () => await started(edge).assign('node-1', `room-${rooms++}`),
    over,
    join: over('relay').join,
    direct,
    show,
  };
}
