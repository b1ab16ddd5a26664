import { until } from '@parley/service/testing/inbox';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CARRIERS, useNode } from '../testing/room-fixture.ts';

const lines: Record<string, unknown>[] = [];
const logger = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
const fixture = useNode({}, { logger });

it.each(CARRIERS)('what is logged about a session has the id that its ticket has (%s)', async (carrier) => {
  const cid = `stay-over-${carrier}`;
  const of = (id: string) => lines.filter((line) => line['cid'] === id).map(({ event }) => event);
  const link = await fixture.room();
  const { join, open } = fixture.over(carrier);
  const alice = await join(link, 'alice', { cid });
  await open(link, 'bob', { cid: `${cid}-bob` });
  await alice.publish(['microphone']);
  await until(() => of(cid).includes('media-state'), 'alice is connected');
  link.sendClose('alice');
  await until(() => of(cid).includes('session-closed'), 'her session has ended');
  expect(of(cid)).toEqual(['session-opened', 'offer-answered', 'media-state', 'session-closed']);
  for (const line of lines.filter((line) => line['cid'] === cid)) {
    expect(line).toMatchObject({ roomId: link.roomId, participantId: 'alice', session: 1 });
  }
  expect(of(`${cid}-bob`), 'an offer goes to bob').toContain('offer-sent');

  const { aud, ...refused } = { aud: 'node-1', sub: 'eve', room: 'elsewhere', session: 1, cid: `${cid}-eve` };
  const ticket = await fixture.edge.ticket({ aud, ...refused });
  if (carrier === 'direct') await fixture.show(ticket, 'eve');
  else link.sendOpen('eve', ticket);
  await until(() => of(refused.cid).length > 0, 'a refusal is logged');
  expect(of(refused.cid)).toEqual(['session-refused']);
  expect(JSON.stringify(lines)).not.toMatch(/fingerprint|ice-ufrag|eyJ/);
});
