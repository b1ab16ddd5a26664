import { Bot } from '../src/bot.ts';
import { until } from '../src/inbox.ts';

const url = 'http://localhost:8090';
for (const carrier of ['relay', 'direct'] as const) {
  const room = `rec-${carrier}-${Date.now()}`;
  const a = new Bot({ edgeUrl: url, room, name: 'a', publish: ['microphone', 'camera'], carrier });
  const b = new Bot({ edgeUrl: url, room, name: 'b', publish: ['microphone'], carrier });
  await Promise.all([a.join(), b.join()]);
  await Promise.all([a.ready(), b.ready()]);
  await until(() => [...b.received.values()].filter((t) => t.packets > 0).length === 2, 'b receives');
  console.log(carrier, a.carrier, b.carrier);
  let mark = b.events.count;
  b.cut('room');
  await until(() => b.reconnects.length === 1, 'b is back', { state: () => JSON.stringify(b.figures()) });
  await b.event('media-session', () => true, { from: mark });
  await until(() => b.carrier === carrier, 'carrier is back');
  console.log('cut room', b.reconnects, b.session, b.carrier);
  if (carrier === 'direct') {
    mark = b.events.count;
    b.cut('direct');
    const m = await b.event('media-session', () => true, { from: mark });
    console.log('cut direct early →', m.carrier.type, m.session);
    await until(() => b.carrier !== 'none', 'carrier is back');
  }
  const c = new Bot({ edgeUrl: url, room, name: 'c', publish: ['microphone'], carrier });
  await c.join();
  await c.ready();
  await until(() => (b.received.get(c.published.get('microphone') ?? '')?.packets ?? 0) > 0, 'b receives c', {
    state: () => JSON.stringify(b.figures()),
  });
  console.log('b receives c after all that');
  a.vanish();
  const t = performance.now();
  const left = await b.event('participant-left', () => true, { ms: 60000 });
  console.log('vanish', left.reason, Math.round(performance.now() - t), 'ms');
  await Promise.all([b.leave(), c.leave()]);
  console.log(b.ended, c.ended, b.problems, c.problems, a.problems, JSON.stringify(b.figures()));
}
console.log('waiting for exit');
setTimeout(() => {
  console.log('still alive:', process.getActiveResourcesInfo());
  process.exit();
}, 4000).unref();
