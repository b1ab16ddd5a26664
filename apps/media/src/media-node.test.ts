import nodeDataChannel from 'node-datachannel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MediaNode } from './media-node.ts';
import { until } from './testing/inbox.ts';
import { startTestNode } from './testing/start-test-node.ts';
import { TestEdge } from './testing/test-edge.ts';
import type { TestLink } from './testing/test-link.ts';
import { TestPeer } from './testing/test-peer.ts';

let edge: TestEdge;
let node: MediaNode;
const peers: TestPeer[] = [];

beforeAll(async () => {
  edge = await TestEdge.start();
  node = await startTestNode(edge.url);
  await until(() => node.registered, 'the node is registered');
}, 20 * 60_000);

afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});

afterAll(async () => {
  await node?.close();
  await edge?.close();
  nodeDataChannel.cleanup();
});

let rooms = 0;
const newRoom = async (): Promise<TestLink> => await edge.assign('node-1', `room-${rooms++}`);

async function join(link: TestLink, participantId: string): Promise<TestPeer> {
  await link.open(participantId);
  const peer = new TestPeer(link, participantId);
  peers.push(peer);
  return peer;
}

describe('two peers in a room', () => {
  it('one hears and sees the other, over offer and answer', async () => {
    const link = await newRoom();
    const alice = await join(link, 'alice');
    const bob = await join(link, 'bob');
    const offers = bob.receive();
    const { tracks } = await alice.publish(['microphone', 'camera']);
    expect(
      tracks.map(({ source }) => source),
      'the answer names what is published',
    ).toEqual(['microphone', 'camera']);
    alice.send();
    const offer = await offers.next(() => true, 'the offer of both tracks');
    expect(
      offer.tracks.map(({ participantId, source }) => [participantId, source]),
      'a camera and a microphone come in one offer',
    ).toEqual([
      ['alice', 'microphone'],
      ['alice', 'camera'],
    ]);
    await until(
      () => tracks.every(({ trackId }) => (bob.received.get(trackId) ?? 0) > 20),
      'bob receives packets of both tracks',
    );
    expect(alice.received.size, 'alice offered nothing to receive and gets nothing').toBe(0);
  });
});
