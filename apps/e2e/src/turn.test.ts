import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { IceServer, Joined } from '@parley/protocol/server-messages';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../../infra/dev/processes.ts';
import { makeSecret } from '../../../infra/dev/stack.ts';
import { leaveAll, messages, report } from './browser.ts';
import { CHROMIUM, launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { Stack } from './stack.ts';
import { ClientNetwork, type Opening } from './turn/client-network.ts';
import { startCoturn } from './turn/coturn.ts';
import { TurnClient } from './turn/turn-client.ts';

const secret = makeSecret();
let folder: string;
let network: ClientNetwork;
let coturn: Service;
let stack: Stack;
/** On this machine, and behind the firewall. */
let free: Browser;
let blocked: Browser;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-turn-'));
  network = await ClientNetwork.open();
  const { node, turn, turn6 } = network;
  coturn = await startCoturn({ folder, addresses: [turn, turn6], allowed: [node], secret });
  const urls = [`turn:${turn}:3478`, `turn:${turn}:3478?transport=tcp`, `turns:${turn}:443?transport=tcp`];
  stack = await Stack.start({
    host: node,
    direct: false,
    nodeEnv: { PARLEY_LISTEN_IPS: node, PARLEY_PERFORMANCE_WORKER_THREADS: '1' },
    edgeEnv: {
      PARLEY_WEBRTC_ICE_SERVERS: '[]',
      PARLEY_WEBRTC_TURN_URLS: JSON.stringify(urls),
      PARLEY_TURN_SECRET: secret,
    },
  });
  const args = [`--unsafely-treat-insecure-origin-as-secure=${stack.url}`, '--ignore-certificate-errors'];
  free = await launchBrowser(20, CHROMIUM, args);
  blocked = await launchBrowser(20, await network.wrap(CHROMIUM, folder), args);
}, 120_000);

afterEach(async () => {
  await leaveAll(blocked);
  await leaveAll(free);
});

afterAll(async () => {
  await blocked?.close();
  await free?.close();
  await stack?.stop();
  await coturn?.stop();
  await network?.close();
  await rm(folder, { recursive: true, force: true });
  expect(stack?.troubles).toEqual([]);
});

describe('a browser whose firewall drops UDP to the node', () => {
  it.each<[string, () => Opening, object]>([
    [
      'TURN over UDP',
      () => ({ protocol: 'udp', address: network.turn, port: 3478 }),
      { type: 'relay', protocol: 'udp', relayProtocol: 'udp' },
    ],
    [
      'TURN over TCP',
      () => ({ protocol: 'tcp', address: network.turn, port: 3478 }),
      { type: 'relay', protocol: 'udp', relayProtocol: 'tcp' },
    ],
    [
      'TURN over TLS',
      () => ({ protocol: 'tcp', address: network.turn, port: 443 }),
      { type: 'relay', protocol: 'udp', relayProtocol: 'tls' },
    ],
    [
      'ICE over TCP',
      () => ({ protocol: 'tcp', address: network.node, port: stack.rtcPort }),
      { type: expect.stringMatching(/^(host|prflx)$/), protocol: 'tcp' },
    ],
  ])('calls by %s', async (name, opening, way) => {
    const edge: Opening = { protocol: 'tcp', address: network.node, port: Number(new URL(stack.url).port) };
    await network.allowOnly([edge, opening()]);
    const room = name.replaceAll(' ', '-');
    const ann = await Meet.join(blocked, room, 'Ann', { url: stack.url });
    const bob = await Meet.join(free, room, 'Bob', { url: stack.url });
    for (const [who, whom] of [
      [ann, 'Bob'],
      [bob, 'Ann'],
    ] as const) {
      await expect
        .poll(async () => (await who.tile(whom))?.frames ?? 0, {
          timeout: 20_000,
          message: `frames of ${whom}`,
        })
        .toBeGreaterThan(40);
    }
    const { connections } = await report(ann.page);
    expect(connections.map((connection) => connection.way)).toMatchObject([way, way]);
    expect(await network.dropped(), 'UDP to the node was tried').toBeGreaterThan(0);
  });
});

describe('a TURN allocation', () => {
  /** Credentials as clients get them. */
  async function credentials(): Promise<Required<IceServer>> {
    const meet = await Meet.join(free, 'credentials', 'Ann', { url: stack.url });
    const [joined] = (await messages(meet.page, 'in', 'joined')) as unknown as [Joined];
    const server = joined.media.iceServers.find(({ credential }) => credential !== undefined);
    const { urls, username = '', credential = '' } = server ?? expect.fail('joined has no TURN credentials');
    return { urls, username, credential };
  }

  async function listener(address: string, heard: string[]): Promise<Socket> {
    const socket = createSocket('udp4').bind(0, address);
    socket.on('message', (data) => heard.push(data.toString()));
    await once(socket, 'listening');
    return socket;
  }

  it('reaches the node, and nothing else that is private', async () => {
    const given = await credentials();
    const server = { host: network.turn, port: 3478 };
    const wrong = await TurnClient.open(server, { ...given, credential: 'wrong' });
    const client = await TurnClient.open(server, given);
    const client6 = await TurnClient.open(server, given);
    const heard: string[] = [];
    const allowed = await listener(network.node, heard);
    const denied = await listener('127.0.0.1', heard);
    try {
      expect(await wrong.allocate(4), 'with credentials that the edge did not make').toBe(401);
      expect(await client.allocate(4)).toBe(200);
      expect(await client6.allocate(6)).toBe(200);

      expect(await client.permit(network.node), 'allowed-peer-ip').toBe(200);
      expect(await client.permit('8.8.8.8'), 'a public address').toBe(200);
      expect(await client6.permit('2606:4700::1111'), 'a public address').toBe(200);
      const private4 = ['127.0.0.1', '0.0.0.0', '10.0.0.1', '100.64.0.1', '169.254.169.254', '172.16.0.1'];
      private4.push('192.168.1.1', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255');
      private4.push(network.turn, network.nobody);
      for (const peer of private4) expect(await client.permit(peer), peer).toBe(403);
      const private6 = ['::1', '::', 'fe80::1', 'fd00::1', 'ff02::1', '2001:db8::1', network.turn6];
      private6.push('::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::10.0.0.1', '2002:7f00:1::');
      for (const peer of private6) expect(await client6.permit(peer), peer).toBe(403);

      const peers = [denied, allowed].map((socket) => ({
        host: socket.address().address,
        port: socket.address().port,
      })) as [{ host: string; port: number }, { host: string; port: number }];
      expect(await client.bindChannel(peers[0])).toBe(403);
      expect(await client.bindChannel(peers[1])).toBe(200);
      // In this order: when the second has come, the first would have.
      client.send(peers[0], 'to loopback');
      client.send(peers[1], 'to the node');
      await expect.poll(() => heard).toContain('to the node');
      expect(heard).toEqual(['to the node']);
      for (const log of [coturn.logFile, path.join(stack.logFolder, 'edge.log')]) {
        expect(await readFile(log, 'utf8'), log).not.toContain(secret);
      }
    } finally {
      for (const one of [wrong, client, client6, allowed, denied]) one.close();
    }
  });
});
