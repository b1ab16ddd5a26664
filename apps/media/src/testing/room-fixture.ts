import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { MediaNode, MediaNodeOptions } from '../media-node.ts';
import { until } from './inbox.ts';
import { startTestNode } from './start-test-node.ts';
import { TestEdge, type TicketWishes } from './test-edge.ts';
import type { TestLink } from './test-link.ts';
import { TestPeer } from './test-peer.ts';

/** An edge and a node that all tests of a file share, with a room of its own for each test. */
export interface RoomFixture {
  edge: TestEdge;
  node: MediaNode;
  /** A new room on the node. */
  room(): Promise<TestLink>;
  /** A participant with a session; it is gone after the test. */
  join(link: TestLink, participantId: string, wishes?: TicketWishes): Promise<TestPeer>;
}

/** Sets up the fixture for the file that calls it. */
export function useNode(
  environment: Record<string, string> = {},
  options: Partial<MediaNodeOptions> = {},
): RoomFixture {
  vi.setConfig({ testTimeout: 30_000 });
  const peers: TestPeer[] = [];
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
  });
  afterAll(async () => {
    await node?.close();
    await edge?.close();
  });
  return {
    get edge() {
      return started(edge);
    },
    get node() {
      return started(node);
    },
    room: async () => await started(edge).assign('node-1', `room-${rooms++}`),
    join: async (link, participantId, wishes) => {
      await link.open(participantId, wishes);
      const peer = new TestPeer(link, participantId);
      peers.push(peer);
      return peer;
    },
  };
}
