import { SESSION_PING, SESSION_PONG } from '@parley/protocol/data-channels';
import type { SessionEvent } from '@parley/protocol/server-messages';
import { until } from '@parley/service/testing/inbox';
import { describe, expect, it } from 'vitest';
import { type CARRIERS, useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';

const fixture = useNode();

/** A participant whose data channels are open, and all that its session has said over the carrier. */
async function join(link: TestLink, carrier: (typeof CARRIERS)[number] = 'relay', recovers = true) {
  const peer = await fixture.over(carrier).join(link, 'alice', { requestOffers: false, recovers });
  const data = peer.openData();
  await peer.publish(['microphone']);
  await data.opened();
  return { peer, data, client: peer.client };
}

/** The next message of a type on the channel. */
async function heard(data: Awaited<ReturnType<typeof join>>['data'], type: SessionEvent['type'], from = 0) {
  const text = await data.texts.next((message) => message.includes(`"type":"${type}"`), type, { from });
  return JSON.parse(text) as SessionEvent;
}

const WISH = JSON.stringify({ type: 'update-quality', quality: 'low', trackId: 'none' });

describe('the channel of a session', () => {
  it('takes requests and brings events in place of the Room, once the client asks for it', async () => {
    const link = await fixture.room();
    const { data, client } = await join(link);
    data.say(WISH);
    const refusal = { code: 'track_not_found', requestType: 'update-quality' };
    expect(await client.event('error'), 'not asked for: over the Room').toMatchObject(refusal);
    data.say(SESSION_PING);
    await data.texts.next((text) => text === SESSION_PONG, 'pong');
    const { count } = client.events;
    data.say(WISH);
    expect(await heard(data, 'error')).toMatchObject(refusal);
    client.request({ type: 'update-quality', quality: 'low', trackId: 'none' });
    expect(await heard(data, 'error', 2), 'also of what still comes over the Room').toMatchObject(refusal);
    expect(client.events.count, 'the Room hears nothing').toBe(count);
  });

  it('gives way when the client asks the Room for another, until it is asked for again', async () => {
    const link = await fixture.room();
    const { data, client } = await join(link);
    data.say(SESSION_PING);
    await data.texts.next((text) => text === SESSION_PONG, 'pong');
    await link.open('alice', { requestOffers: false, session: link.session('alice') });
    await link.stats();
    data.say(WISH);
    expect(await client.event('error')).toMatchObject({ code: 'track_not_found' });
    data.say(SESSION_PING);
    await data.texts.next((text) => text === SESSION_PONG, 'another pong', { from: 1 });
    data.say(WISH);
    await heard(data, 'error');
  });

  it('gives way when it is closed', async () => {
    const link = await fixture.room();
    const { peer, data, client } = await join(link);
    data.say(SESSION_PING);
    await data.texts.next((text) => text === SESSION_PONG, 'pong');
    await peer.publish([], 'offer', (sdp) => sdp.replace('m=application 9', 'm=application 0'));
    const from = client.events.count;
    client.request({ type: 'update-quality', quality: 'low', trackId: 'none' });
    expect(await client.event('error', { from })).toMatchObject({ code: 'track_not_found' });
  });

  it('is not used where the client has a socket of its own', async () => {
    const link = await fixture.room();
    const { data, client } = await join(link, 'direct');
    data.say(SESSION_PING);
    data.say(WISH);
    expect(await client.event('error')).toMatchObject({ code: 'track_not_found' });
    expect(data.texts.count).toBe(0);
  });

  it('is not for a client that does not recover: the Room has to hear from it that it receives', async () => {
    const link = await fixture.room();
    const { data, client } = await join(link, 'relay', false);
    data.say(SESSION_PING);
    data.say(WISH);
    const refusal = { code: 'invalid_message', requestType: 'update-quality' };
    expect(await client.event('error')).toMatchObject(refusal);
    expect(data.texts.count).toBe(0);
  });

  it('is heard while data messages are refused', async () => {
    const link = await fixture.room();
    const { data, client } = await join(link);
    data.say(SESSION_PING);
    await data.texts.next((text) => text === SESSION_PONG, 'pong');
    for (let i = 0; i < 600; i++) data.send('reliable', { to: ['nobody'] }, '');
    await heard(data, 'error');
    for (let i = 0; i < 10; i++) data.say(WISH);
    const answers = () => data.texts.all.filter((text) => text.includes('track_not_found')).length;
    await until(() => answers() === 10, 'each is answered');
    expect(client.events.all.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('refuses what is no request, and who says too much', async () => {
    const link = await fixture.room();
    const { data, client } = await join(link);
    const errors = () => client.events.all.flatMap((event) => (event.type === 'error' ? [event.code] : []));
    data.say('{');
    data.say('{"type":"dance"}');
    await until(() => errors().length === 2, 'two errors');
    expect(errors()).toEqual(['bad_json', 'unknown_type']);
    for (let i = 0; i < 300; i++) data.say(WISH);
    await until(() => errors().includes('rate_limited'), 'it is too much');
    await until(() => {
      data.say(SESSION_PING);
      return data.texts.count > 0;
    }, 'it is heard again');
  });
});
