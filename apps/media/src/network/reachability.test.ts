import { until } from '@parley/service/testing/inbox';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MediaNode } from '../media-node.ts';
import { publishFromLibwebrtc } from '../testing/libwebrtc-peer.ts';
import { startTestNode } from '../testing/start-test-node.ts';
import { TestEdge } from '../testing/test-edge.ts';
import type { TestLink } from '../testing/test-link.ts';
import { TestPeer } from '../testing/test-peer.ts';
import { machineAddresses } from './machine-addresses.ts';

vi.setConfig({ testTimeout: 30_000 });

let edge: TestEdge;
let node: MediaNode;
const listen = ['127.0.0.1', '::1'].filter((ip) => machineAddresses().includes(ip)).map((ip) => ({ ip }));

beforeAll(async () => {
  edge = await TestEdge.start();
  node = await startTestNode(edge.url, {}, { addresses: { listen, errors: [], warnings: [] } });
  await until(() => node.registered, 'the node is registered');
}, 20 * 60_000);
afterAll(async () => {
  await node?.close();
  await edge?.close();
});

const session = async (roomId: string): Promise<TestLink> => {
  const link = await edge.assign('node-1', roomId);
  await link.open('alice');
  return link;
};
const connected = (link: TestLink) =>
  link.messages.next(
    (message) => message.type === 'media-state' && message.state === 'connected',
    'that ICE and DTLS connect',
  );

describe('a client reaches the node', () => {
  it.each(listen)('over UDP at $ip', async ({ ip }) => {
    const link = await session(`at-${ip.replaceAll(':', '-')}`);
    const alice = new TestPeer(link.client('alice'), ip);
    try {
      const { sdp } = await alice.publish(['microphone']);
      await connected(link);
      const candidates = [...sdp.matchAll(/^a=candidate:\S+ 1 (\w+) \d+ (\S+)/gm)].map(
        ([, protocol, address]) => `${protocol} ${address}`,
      );
      expect(candidates.sort(), 'both protocols of every address').toEqual(
        listen.flatMap((at) => [`tcp ${at.ip}`, `udp ${at.ip}`]).sort(),
      );
    } finally {
      alice.close();
    }
  });

  it('over TCP where UDP does not get through', async () => {
    const link = await session('tcp');
    const alice = await publishFromLibwebrtc(link.client('alice'), (sdp) =>
      sdp.replace(/^a=candidate:\S+ 1 udp .*\r\n/gm, ''),
    );
    await connected(link).finally(() => alice.close());
  });
});
