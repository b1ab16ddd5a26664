/**
 * Two bots in a room of a running edge, for ten seconds: `node scripts/try.ts EDGE_URL ROOM [relay|direct]`. Prints what they
 * counted; ends with 1 when media did not come or something was not as it should be.
 */
import { Bot } from '../src/bot.ts';
import { until } from '../src/inbox.ts';

const [edgeUrl = 'http://localhost:8080', room = 'try', carrier = 'relay'] = process.argv.slice(2);
const shared = { edgeUrl, room, carrier: carrier === 'direct' ? ('direct' as const) : ('relay' as const) };
const ann = new Bot({ ...shared, name: 'Ann', publish: ['microphone', 'camera'], simulcast: true });
const bob = new Bot({ ...shared, name: 'Bob', publish: ['microphone'] });
let failed = false;
try {
  await ann.join();
  await ann.ready();
  await bob.join();
  await bob.ready();
  const { participants } = await bob.event('joined');
  for (const { name, tracks } of participants)
    for (const { source, codec, layers } of tracks)
      console.log(`${name} publishes ${source}: ${codec}, ${layers} layers`);
  await until(
    () => [...bob.received.values()].filter(({ packets }) => packets > 0).length === 2,
    'Bob receives two tracks',
    {
      state: () => JSON.stringify(bob.figures()),
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 10_000));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  failed = true;
}
for (const bot of [ann, bob]) {
  console.log(JSON.stringify(bot.figures(), undefined, 1));
  failed ||= bot.problems.length > 0;
}
await Promise.all([ann.leave(), bob.leave()]);
process.exit(failed ? 1 : 0);
