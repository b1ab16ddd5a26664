import type { NodeLinkMessage } from '@parley/protocol/link-messages';
import { until } from '@parley/service/testing/inbox';
import { observer } from 'mediasoup';
import type { Worker } from 'mediasoup/types';
import { expect, it } from 'vitest';
import type { MediaNode } from '../media-node.ts';
import { useNode } from '../testing/room-fixture.ts';
import { startTestNode } from '../testing/start-test-node.ts';
import { TestEdge } from '../testing/test-edge.ts';
import type { TestLink } from '../testing/test-link.ts';
import { TestPeer } from '../testing/test-peer.ts';

const fixture = useNode();

type Report = Extract<NodeLinkMessage, { type: 'session-report' }>;

const reports = (link: TestLink): Report[] =>
  link.messages.all.filter((message): message is Report => message.type === 'session-report');

/** Alice sends to Bob until he has got something. */
async function call(link: TestLink, join: (id: string) => Promise<TestPeer>) {
  const [alice, bob] = [await join('alice'), await join('bob')];
  bob.receive();
  await alice.publish(['microphone']);
  alice.send();
  await until(() => [...bob.received.values()].some((packets) => packets >= 25), 'Bob hears Alice');
  return { alice, bob, link };
}

it('says what a session carried, when the Room ends it', async () => {
  const link = await fixture.room();
  await call(link, (id) => fixture.join(link, id));
  link.sendClose('alice');
  await until(() => reports(link).length === 1, 'Alice’s report');
  link.sendClose('bob');
  await until(() => reports(link).length === 2, 'Bob’s report');
  const [alice, bob] = reports(link);
  expect(alice).toMatchObject({ participantId: 'alice', session: 1, report: { bytesSent: 0 } });
  // At least 25 packets of 80 bytes and a header.
  expect(alice?.report.bytesReceived).toBeGreaterThan(25 * 80);
  expect(bob?.report.bytesSent).toBeGreaterThan(25 * 80);
  expect(bob?.report.bytesReceived).toBe(0);
  for (const { report } of reports(link)) {
    expect(report.connectMs).toBeGreaterThan(0);
    expect(report.connectedMs).toBeGreaterThan(0);
    // What came was consecutive, on a loopback.
    expect(report.lossReceived ?? 0).toBeLessThan(0.1);
    expect(report.lossSent ?? 0).toBeLessThan(0.1);
  }
});

it('comes once for each session, before the link closes, when the Room closes the room', async () => {
  const link = await fixture.room();
  await call(link, (id) => fixture.join(link, id));
  link.sendClose('bob');
  link.send({ type: 'close-room', roomId: link.roomId });
  await until(() => link.closed !== undefined, 'the link is closed');
  expect(
    reports(link)
      .map(({ participantId, session }) => [participantId, session])
      .sort(),
  ).toEqual([
    ['alice', 1],
    ['bob', 1],
  ]);
  for (const { report } of reports(link)) expect(report.bytesReceived + report.bytesSent).toBeGreaterThan(0);
});

it('comes for a session whose place another takes, and for one that nobody ever connected', async () => {
  const link = await fixture.room();
  await link.open('alice');
  await link.open('alice');
  link.sendClose('alice');
  await until(() => reports(link).length === 2, 'both reports');
  expect(reports(link)).toMatchObject([1, 2].map((session) => ({ participantId: 'alice', session })));
  const nothing = { connectedMs: 0, bytesReceived: 0, bytesSent: 0 };
  expect(reports(link).map(({ report }) => report)).toEqual([nothing, nothing]);
});

it('is kept while the link is away', async () => {
  const link = await fixture.room();
  await link.open('alice');
  const id = { participantId: 'alice', session: 1 };
  link.drop();
  const next = await fixture.edge.links.next(
    (one) => one.roomId === link.roomId && one !== link,
    'the next link',
  );
  await next.hello();
  next.send({ type: 'close-session', ...id });
  await until(() => reports(next).length === 1, 'the report');
  expect(reports(next)).toMatchObject([id]);
});

/** Does something with a node of its own, and the workers that it has then. */
async function withNode(what: (node: MediaNode, edge: TestEdge, workers: number[]) => Promise<void>) {
  const workers: number[] = [];
  const seeWorker = (worker: Worker) => workers.push(worker.pid);
  const edge = await TestEdge.start();
  observer.on('newworker', seeWorker);
  const node = await startTestNode(edge.url, { PARLEY_NODE_ID: 'node-1' });
  observer.off('newworker', seeWorker);
  try {
    await until(() => node.registered, 'the node is registered');
    await what(node, edge, workers);
  } finally {
    await node.close();
    await edge.close();
  }
}

it('comes with what is known when the worker dies', async () => {
  await withNode(async (node, edge, workers) => {
    const link = await edge.assign('node-1', 'mortal');
    const peers: TestPeer[] = [];
    await call(link, async (id) => {
      const client = link.client(id);
      await link.open(id);
      const peer = new TestPeer(client);
      peers.push(peer);
      return peer;
    });
    await node.ledger.total();
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    await until(() => reports(link).length === 2, 'reports of both');
    for (const peer of peers) peer.close();
    const alice = reports(link).find(({ participantId }) => participantId === 'alice');
    expect(alice?.report.bytesReceived, 'as of the last look').toBeGreaterThan(25 * 80);
    await node.close();
    expect(reports(link), 'none twice').toHaveLength(2);
  });
});

it('comes when the node stops', async () => {
  await withNode(async (node, edge) => {
    const link = await edge.assign('node-1', 'stopped');
    await link.open('cem');
    await node.close();
    await until(() => link.closed !== undefined, 'the link is closed');
    expect(reports(link)).toMatchObject([{ participantId: 'cem', session: 1 }]);
  });
});
