import { makeKey } from '@parley/service/testing/edge-server';
import { until } from '@parley/service/testing/inbox';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';

const lines: string[] = [];
const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
const fixture = useNode({}, { logger });

it('no secret, token or credential is in a log line, a message to a client or a metric', async () => {
  const link = await fixture.room();
  const forged = await link.ticket('mallory', { key: await makeKey('test-key') });
  const expired = await link.ticket('mallory', { iat: 1000, exp: 1060 });
  const good = await link.ticket('alice');
  for (const ticket of [forged, expired, good, good, `${good}x`]) {
    link.sendOpen('alice', ticket);
  }
  await until(
    () => link.messages.all.filter(({ type }) => type === 'session-closed').length === 4,
    'four are refused',
  );
  const alice = await fixture.join(link, 'bob').then((bob) => bob.publish(['microphone']));
  const tickets = [forged, expired, await link.nextTicket('carol', { epoch: 99 }), good];
  const sockets = await Promise.all(tickets.map((ticket) => fixture.show(ticket)));
  for (const socket of sockets) await socket.event('error');
  const from = fixture.edge.links.count;
  link.drop();
  fixture.edge.dropFleet();
  await fixture.edge.links.next(() => true, 'the link again', { from });
  await until(() => lines.some((line) => line.includes('fleet-lost')), 'something is logged');

  const page = await (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/metrics`)).text();
  expect(page).toContain('parley_sessions_refused_total{code="ticket_replayed"} 2');
  const told = link.messages.all
    .filter(({ type }) => type === 'session-closed')
    .map((message) => JSON.stringify(message));
  const shown = sockets.flatMap(({ events }) => events.all.map((event) => JSON.stringify(event)));
  const everything = [...lines, ...told, ...shown, page].join('\n');
  const signatures = tickets.map((token) => token.split('.')[2] ?? token);
  const password = /a=ice-pwd:(\S+)/.exec(alice.sdp)?.[1] ?? '';
  expect(password.length).toBeGreaterThan(20);
  for (const secret of [fixture.edge.secret, password, ...signatures]) {
    expect(everything).not.toContain(secret);
  }
  // Every token of ours begins with a JSON header in base64url.
  expect(everything).not.toMatch(/eyJ[\w-]{20}/);
});
