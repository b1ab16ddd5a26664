import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode } from '@parley/protocol/decode';
import { FLEET_PATH, FleetNodeMessage, NodeFleetMessage } from '@parley/protocol/fleet-messages';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EDGE_SOCKET_TUNING } from './edge-socket.ts';
import { FleetClient, type FleetOptions } from './fleet-client.ts';
import { EdgeServer, makeKey } from './testing/edge-server.ts';
import { until } from './testing/inbox.ts';

type Assign = Extract<FleetNodeMessage, { type: 'assign' }>;

vi.setConfig({ testTimeout: 30_000 });

let edge: EdgeServer<NodeFleetMessage>;
let fleet: FleetClient<Assign> | undefined;
let ran: Promise<void>;
let logged: { event: string; msg: string }[];

beforeEach(async () => {
  edge = await startEdge();
  logged = [];
});
afterEach(async () => {
  fleet?.close();
  await edge.close();
});

async function startEdge(): Promise<EdgeServer<NodeFleetMessage>> {
  const parse = (message: unknown) => NodeFleetMessage.parse(message);
  const started = new EdgeServer<NodeFleetMessage>(await makeKey('test-key'), { path: FLEET_PATH, parse });
  await started.listen();
  return started;
}

function start({ edgeUrl = edge.url, ...options }: Partial<FleetOptions<Assign>> = {}): FleetClient<Assign> {
  const load = { rooms: 1, participants: 2, cpu: 0.5 };
  fleet = new FleetClient<Assign>({
    nodeId: 'node-1',
    region: 'default',
    enrolmentSecret: edge.secret,
    path: FLEET_PATH,
    hello: () => ({ type: 'hello', version: 1, incarnation: 'first', load }),
    heartbeat: () => ({ type: 'heartbeat', load }),
    read: (text) => decode(FleetNodeMessage, text, 1024),
    logger: pino({ level: 'debug' }, { write: (line) => logged.push(JSON.parse(line)) }),
    onMessage: () => undefined,
    edgeUrl,
    ...options,
  });
  ran = fleet.run();
  return fleet;
}

describe('FleetClient', () => {
  it('enrols, says hello, sends its load, hears assignments', async () => {
    const assigned: Assign[] = [];
    const client = start({ onMessage: (assignment) => assigned.push(assignment), heartbeatMs: 100 });
    expect(client.registered).toBe(false);
    await until(() => client.registered, 'it is registered');
    expect(edge.fleetMessages.all[0]).toMatchObject({ type: 'hello', version: 1, incarnation: 'first' });
    edge.tell('node-1', { type: 'later', than: 'this process' });
    edge.tell('node-1', { type: 'assign', roomId: 'room', epoch: 4, assignment: 'signed' });
    await until(() => assigned.length > 0, 'the assignment is heard');
    expect(assigned[0]).toMatchObject({ roomId: 'room', epoch: 4 });
    expect(
      logged.map(({ event }) => event),
      'a newer edge may say more',
    ).toContain('fleet-message-unread');
    const heartbeat = await edge.fleetMessages.next(({ type }) => type === 'heartbeat', 'a heartbeat');
    expect(heartbeat.load).toEqual({ rooms: 1, participants: 2, cpu: 0.5 });
  });

  it('is not enrolled with a wrong secret, says what to do, and asks seldom', async () => {
    const client = start({ enrolmentSecret: 'a-secret-that-is-another-one' });
    expect(await edge.enrolments.next(() => true, 'the attempt')).toBe(401);
    await until(() => logged.length > 0, 'it is logged');
    expect(logged[0]?.msg).toMatch(
      /refused this node's PARLEY_ENROLMENT_SECRET: set the same value on both sides/,
    );
    expect(JSON.stringify(logged), 'the secret is in no log').not.toContain('a-secret-that');
    expect(client.obstacle).toContain('PARLEY_ENROLMENT_SECRET');
    await expect(edge.enrolments.next(() => true, 'another', { from: 1, ms: 1500 })).rejects.toThrow();
    expect(client.registered).toBe(false);
  });

  it('comes back after a deploy without enrolling again', async () => {
    const client = start();
    await until(() => client.registered, 'it is registered');
    edge.dropFleet();
    await until(() => !client.registered, 'it notices');
    await until(() => client.registered, 'it is back');
    expect(edge.enrolments.count, 'the token still holds').toBe(1);
    expect(edge.fleetMessages.all.filter(({ type }) => type === 'hello')).toHaveLength(2);
  });

  it('buys another token when the fleet does not take the one it has', async () => {
    edge.refusesFleet = 401;
    const client = start();
    await edge.enrolments.next(() => true, 'a second enrolment', { from: 1 });
    edge.refusesFleet = undefined;
    await until(() => client.registered, 'it is registered');
  });

  it('drops a socket that does not answer pings', async () => {
    edge.answersPings = false;
    const client = start({ socketTuning: { ...EDGE_SOCKET_TUNING, pingMs: 50, pongMs: 100 } });
    await until(() => client.registered, 'it is registered');
    await until(() => logged.some(({ event }) => event === 'fleet-lost'), 'the silence is noticed');
    expect(logged.find(({ event }) => event === 'fleet-lost')?.msg).toContain('no pong came');
    edge.answersPings = true;
    await until(() => client.registered, 'it is back');
  });

  it('leaves at once while an edge that does not answer is asked to enrol it', async () => {
    const asked = Promise.withResolvers<void>();
    const silent = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const client = start({ edgeUrl: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    await asked.promise;
    client.close();
    const left = await Promise.race([ran.then(() => true), sleep(1000).then(() => false)]);
    silent.closeAllConnections();
    silent.close();
    expect(left, 'it waits for no answer').toBe(true);
  });

  it('tries an edge that is away again, and leaves when told', async () => {
    const edgeUrl = edge.url;
    await edge.close();
    const client = start({ edgeUrl });
    await until(() => logged.length > 1, 'it tries again');
    expect(logged[0]?.msg).toMatch(/cannot be reached \(.*ECONNREFUSED/);
    client.close();
    edge = await startEdge();
  });
});
