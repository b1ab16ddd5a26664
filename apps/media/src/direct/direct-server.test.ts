import { once } from 'node:events';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { MAX_CLIENT_MESSAGE_BYTES, type SessionRequest } from '@parley/protocol/client-messages';
import { closeCode, ParleyError } from '@parley/protocol/errors';
import { CLIENT_VOLUME, MAX_REFUSALS, SESSION_REQUESTS } from '@parley/protocol/token-bucket';
import { Inbox, until } from '@parley/service/testing/inbox';
import { afterEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../sessions/carrier.ts';
import { TestDirect } from '../testing/test-direct.ts';
import { DirectServer, type DirectServerOptions } from './direct-server.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server whose sessions only remember what they were asked. */
async function serve({ tuning, admit }: Partial<Pick<DirectServerOptions, 'tuning' | 'admit'>> = {}) {
  const requests = new Inbox<SessionRequest>();
  const carriers: Carrier[] = [];
  const server = await DirectServer.listen({
    host: '127.0.0.1',
    port: 0,
    admit:
      admit ??
      (async (_, carrier) => {
        carriers.push(carrier);
        return { handle: async (request) => requests.push(request) };
      }),
    ...(tuning && { tuning }),
  });
  closing.push(() => server.close());
  const client = async (ticket = 'a.good.ticket') => {
    const opened = await TestDirect.connect(server.port, ticket, 'alice');
    closing.push(() => opened.drop());
    return opened;
  };
  return { server, requests, carriers, client };
}

/** The answer to an HTTP request with an upgrade, or without. */
async function ask(port: number, path: string, headers: Record<string, string> = {}) {
  const request = get({ host: '127.0.0.1', port, path, headers });
  const [response] = await once(request, 'response');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode as number, body };
}

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('what is no session', () => {
  it('is told so in plain HTTP', async () => {
    const { server } = await serve();
    const protocol = { 'sec-websocket-protocol': 'parley.session, ticket.abc' };
    const answers = await Promise.all([
      ask(server.port, '/'),
      ask(server.port, '/session'),
      ask(server.port, '/other', { ...upgrade, ...protocol }),
      ask(server.port, '/session', upgrade),
      ask(server.port, '/session', { ...upgrade, ...protocol, 'sec-websocket-version': '7' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 426, 404, 401, 400]);
    for (const { body } of answers) expect(body).toMatch(/^.+\n?$/);
    await until(() => server.strangers === 0, 'nobody is left');
  });

  it.each<[string, string, Record<string, string>]>([
    ['a request', '/session', {}],
    [
      'an upgrade elsewhere',
      '/other',
      { ...upgrade, 'sec-websocket-protocol': 'parley.session, ticket.abc' },
    ],
    ['an upgrade without a ticket', '/session', upgrade],
  ])('is let go of after %s, though it keeps its own end open', async (_, path, headers) => {
    const { server } = await serve();
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    closing.push(() => void socket.destroy());
    const lines = Object.entries({ host: 'node', ...headers }).map(([name, value]) => `${name}: ${value}`);
    socket.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 4/);
    await until(() => server.strangers === 0, 'nothing is left of it');
  });

  it('gets a bounded number of connections for a bounded time', async () => {
    const { server, client } = await serve({ tuning: { maxStrangers: 3, greetingMs: 300 } });
    const idle: Socket[] = [];
    for (let i = 0; i < 3; i++) idle.push(connect(server.port, '127.0.0.1'));
    closing.push(() => idle.forEach((socket) => void socket.destroy()));
    await until(() => server.strangers === 3, 'three are there');
    expect((await ask(server.port, '/session')).status, 'no more at once').toBe(503);
    await until(() => server.strangers === 0, 'they are not waited for');
    await expect(client(), 'and others get in').resolves.toBeDefined();
    expect(server.strangers, 'whose ticket is verified is no stranger').toBe(0);
  });
});

describe('a ticket', () => {
  it('that is refused is answered with the reason', async () => {
    const admit = () => Promise.reject(new ParleyError('ticket_expired', 'Get another.'));
    const { server, client } = await serve({ admit });
    const refused = await client();
    await expect(refused.event('error')).resolves.toEqual({
      type: 'error',
      code: 'ticket_expired',
      message: 'Get another.',
    });
    expect(await refused.closed()).toEqual({ code: closeCode('ticket_expired'), reason: 'ticket_expired' });
    await until(() => server.strangers === 0, 'nothing is left of it');
    expect(server.connections).toBe(0);
  });

  it('is shown as it came; what the client says meanwhile waits', async () => {
    const shown: string[] = [];
    const handled: SessionRequest[] = [];
    const verified = Promise.withResolvers<void>();
    const { client } = await serve({
      admit: async (ticket) => {
        shown.push(ticket);
        await verified.promise;
        return { handle: async (request) => void handled.push(request) };
      },
    });
    const alice = await client('the.very.ticket');
    alice.request({ type: 'offer', sdp: 'first' });
    alice.request({ type: 'stop-screen-share' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(handled).toEqual([]);
    verified.resolve();
    await until(() => handled.length === 2, 'both arrive');
    expect(
      handled.map(({ type }) => type),
      'in order',
    ).toEqual(['offer', 'stop-screen-share']);
    expect(shown).toEqual(['the.very.ticket']);
  });

  it('that cannot be verified in time opens nothing', async () => {
    const carriers: Carrier[] = [];
    const { server, client } = await serve({
      tuning: { greetingMs: 200 },
      admit: (_, carrier) => {
        carriers.push(carrier);
        return Promise.withResolvers<never>().promise;
      },
    });
    const alice = await client();
    expect(await alice.closed()).toMatchObject({ code: closeCode('media_unavailable') });
    expect(carriers[0]?.lost, 'who verifies it at last can tell').toBe(true);
    await until(() => server.strangers === 0, 'nothing is left of it');
  });
});

describe('a socket', () => {
  it('answers keep-alive', async () => {
    const { client } = await serve();
    const alice = await client();
    alice.send('ping');
    await until(() => alice.pongs === 1, 'a pong comes');
  });

  it.each<[string, string | Uint8Array, object]>([
    ['no JSON', 'nonsense', { code: 'bad_json' }],
    ['a binary frame', new Uint8Array(9), { code: 'bad_json' }],
    [
      'what only the Room does',
      '{"type":"chat","text":"hello"}',
      { code: 'unknown_type', requestType: 'chat' },
    ],
    ['half an offer', '{"type":"offer"}', { code: 'invalid_message', requestType: 'offer' }],
  ])('that brings %s is told so, and lives on', async (_, data, error) => {
    const { client, requests } = await serve();
    const alice = await client();
    alice.send(data);
    await expect(alice.event('error')).resolves.toMatchObject(error);
    alice.request({ type: 'stop-screen-share' });
    await requests.next(() => true, 'the next request');
  });

  it('that asks too much is held back, and cut off when it does not stop', async () => {
    const { client, requests } = await serve();
    const alice = await client();
    const count = SESSION_REQUESTS.burst + MAX_REFUSALS + 200;
    for (let i = 0; i < count; i++) alice.request({ type: 'stop-screen-share' });
    expect(await alice.closed()).toMatchObject({ code: closeCode('rate_limited') });
    const errors = alice.events.all.filter((event) => event.type === 'error');
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['rate_limited']));
    expect(errors, 'a refusal each, the last with the end').toHaveLength(MAX_REFUSALS);
    expect(requests.count).toBeLessThan(SESSION_REQUESTS.burst + 150);
  });

  it('that sends too much at once is held back', async () => {
    const { client, requests } = await serve();
    const alice = await client();
    const large: Extract<SessionRequest, { type: 'offer' }> = { type: 'offer', sdp: 'x'.repeat(490_000) };
    const tooMany = Math.ceil(CLIENT_VOLUME.burst / large.sdp.length) + 2;
    for (let i = 0; i < tooMany; i++) alice.request(large);
    await expect(alice.event('error')).resolves.toMatchObject({ code: 'rate_limited' });
    expect(requests.count).toBeLessThan(tooMany);
  });

  it('that sends a frame beyond all bounds is cut off', async () => {
    const { server, client } = await serve();
    const alice = await client();
    alice.send('x'.repeat(MAX_CLIENT_MESSAGE_BYTES + 1));
    expect((await alice.closed()).code).toBe(1009);
    await until(() => server.connections === 0, 'it is gone');
  });

  it('that does not read is cut off', async () => {
    const { server, client, carriers } = await serve({
      tuning: { maxBufferedBytes: 100_000, closeMs: 5_000 },
    });
    const alice = await client();
    alice.stall();
    const sdp = 'x'.repeat(200_000);
    let sent = 0;
    const carrier = carriers[0];
    while (carrier?.lost === false && sent < 1000) {
      carrier.send({ type: 'offer', roomId: 'room', offerId: `${sent++}`, sdp, tracks: [] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent, 'what the system buffers, and a little more').toBeLessThan(1000);
    alice.unstall();
    expect(await alice.closed()).toMatchObject({ code: closeCode('slow_reader') });
    await until(() => server.connections === 0, 'it is gone');
  });

  it('that gives no sign of life is let go of; one that does is not', async () => {
    const { server, client } = await serve({ tuning: { pingMs: 50 } });
    const [alice, bob] = [await client(), await client()];
    await until(() => server.connections === 2, 'both are there');
    alice.stall();
    await until(() => server.connections === 1, 'one is gone');
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(server.connections).toBe(1);
    expect(bob.open).toBe(true);
  });

  it('ends with its session, which says why', async () => {
    const { server, client, carriers } = await serve();
    const alice = await client();
    carriers[0]?.close('session_ended', 'It is over.');
    await expect(alice.event('error')).resolves.toMatchObject({
      code: 'session_ended',
      message: 'It is over.',
    });
    expect(await alice.closed()).toMatchObject({ code: closeCode('session_ended') });
    await until(() => server.connections === 0, 'nothing is left of it');
  });

  it('ends with the node', async () => {
    const { server, client } = await serve();
    const alice = await client();
    await until(() => server.connections === 1, 'alice is there');
    server.close();
    expect(await alice.closed()).toMatchObject({ code: 1001 });
  });
});
