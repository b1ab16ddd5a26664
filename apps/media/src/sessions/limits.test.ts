import { SESSION_REQUESTS } from '@parley/protocol/token-bucket';
import { until } from '@parley/service/testing/inbox';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { CARRIERS, useNode } from '../testing/room-fixture.ts';
import type { TestClient } from '../testing/test-client.ts';
import type { TestDirect } from '../testing/test-direct.ts';
import { MAX_TRACKS } from './offer-plan.ts';

const fixture = useNode();
const [head = '', audio = ''] = readFixture('chromium', 'audio-only').split(/(?=^m=)/m);

/** An offer of so many microphones. */
function microphones(count: number): string {
  const mids = Array.from({ length: count }, (_, mid) => mid);
  const lines = mids.map((mid) =>
    audio.replace(/^a=mid:.*/m, `a=mid:${mid}`).replaceAll(/^a=ssrc:\d+/gm, `a=ssrc:${1000 + mid}`),
  );
  return head.replace(/^a=group:BUNDLE.*/m, `a=group:BUNDLE ${mids.join(' ')}`) + lines.join('');
}

/** Requests so often, but not so many at once that they would wait for each other. */
async function ask(client: TestClient, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    for (let i = 0; i < 10; i++) client.request({ type: 'ice-candidate', candidate: null });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.each(CARRIERS)('over %s,', (carrier) => {
  const { open } = fixture.over(carrier);

  it('a participant publishes so many tracks and no more', async () => {
    const link = await fixture.room();
    const alice = await open(link, 'alice');
    alice.request({ type: 'offer', sdp: microphones(MAX_TRACKS + 1) });
    expect((await alice.event('answer')).tracks).toHaveLength(MAX_TRACKS);
    const error = await alice.event('error');
    expect(error).toMatchObject({ code: 'publish_failed', requestType: 'offer' });
    expect(error.message, 'it says how many').toContain(String(MAX_TRACKS));
    expect((await link.stats()).tracks).toHaveLength(MAX_TRACKS);
  });

  it.each<[string, string]>([
    ['2,000 m-lines', `${head}${'m=audio 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\n'.repeat(2000)}`],
    ['200 KB', `${microphones(1)}${`a=x-filler:${'x'.repeat(1000)}\r\n`.repeat(200)}`],
  ])('an offer of %s is not looked into', async (_, sdp) => {
    const link = await fixture.room();
    const before = fixture.node.ledger.transports;
    const alice = await open(link, 'alice');
    const began = performance.now();
    alice.request({ type: 'offer', sdp });
    await expect(alice.event('error')).resolves.toMatchObject({ code: 'sdp_invalid', requestType: 'offer' });
    expect(performance.now() - began, 'ms').toBeLessThan(500);
    expect(fixture.node.ledger.transports, 'it costs no transport').toBe(before);
    const from = alice.events.count;
    alice.request({ type: 'offer', sdp: microphones(1) });
    await expect(alice.event('answer', { from }), 'a good one is answered').resolves.toBeDefined();
  });

  it('requests beyond the rate are refused, each with the reason', async () => {
    const link = await fixture.room();
    const alice = await open(link, 'alice');
    await ask(alice, SESSION_REQUESTS.burst + 40);
    const refused = await alice.events.next(
      (event) => event.type === 'error' && event.code === 'rate_limited',
      'a refusal',
    );
    expect(refused).toMatchObject({ message: expect.stringContaining(String(SESSION_REQUESTS.rate)) });
  });
});

it('the rate is the session’s: another socket does not refill it', async () => {
  const link = await fixture.room();
  const spend = async (client: TestDirect) => {
    await ask(client, SESSION_REQUESTS.burst - 10);
    client.send('ping');
    await until(() => client.pongs === 1, 'all have arrived');
  };
  const first = await fixture.direct(link, 'alice');
  await spend(first);
  expect(first.events.all.filter(({ type }) => type === 'error')).toEqual([]);
  const second = await fixture.show(await link.ticket('alice'));
  await spend(second);
  await expect(second.event('error')).resolves.toMatchObject({
    code: 'rate_limited',
    requestType: 'ice-candidate',
  });
});
