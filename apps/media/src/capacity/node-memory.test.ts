import { expect, it } from 'vitest';
import { until } from '../testing/inbox.ts';
import { useNode } from '../testing/room-fixture.ts';

// No node process has as little.
const fixture = useNode({ PARLEY_PERFORMANCE_MAX_MEMORY_TOTAL: '64' }, { sampleMs: 250 });
const page = async () => await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();

it('a node that has more memory than it may tells so, and takes from its rooms; it stays ready for those', async () => {
  const link = await fixture.room();
  await link.open('alice');
  await until(async () => /^parley_node_full 1$/m.test(await page()), 'the node says that it is full');
  await fixture.edge.fleetMessages.next(
    ({ type, load }) => type === 'heartbeat' && load.full === true,
    'the heartbeat that tells the Fleet',
  );
  const alice = await fixture.join(link, 'alice');
  await alice.publish(['microphone', 'camera']);
  alice.send();
  await until(
    async () => /^parley_rooms_shed\{step="no-screens"\} 1$/m.test(await page()),
    'the room has given all that it can',
  );
  expect((await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/readyz`)).status).toBe(200);
});
