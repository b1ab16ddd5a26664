import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaultRelay, type S3Fault } from './fault-relay.ts';

let server: Server;
let relay: FaultRelay;
/** Bodies that came whole. */
const came: number[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    if (body !== undefined) came.push(body.length);
    response.end(String(body?.length));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay = await FaultRelay.open((server.address() as AddressInfo).port);
});
afterAll(async () => {
  await relay.close();
  server.closeAllConnections();
  server.close();
});

const put = (bytes: number, patience = 10_000) =>
  fetch(`http://127.0.0.1:${relay.port}/`, {
    method: 'PUT',
    // One that is kept may be found broken only when it is used again.
    headers: { connection: 'close' },
    body: new Uint8Array(bytes),
    signal: AbortSignal.timeout(patience),
  }).then((response) => response.text());

it('what is whole goes through, and again after each fault', async () => {
  const faults: [S3Fault, number][] = [
    [{ type: 'refuse' }, 10_000],
    [{ type: 'cut', afterBytes: 20_000 }, 10_000],
    [{ type: 'gone' }, 300],
  ];
  expect(await put(100_000)).toBe('100000');
  for (const [fault, patience] of faults) {
    relay.fault = fault;
    const before = relay.connections;
    await expect(put(100_000, patience), fault.type).rejects.toThrow();
    expect(relay.connections, fault.type).toBeGreaterThan(before);
    relay.fault = { type: 'none' };
    expect(await put(50_000)).toBe('50000');
  }
  expect(came).toEqual([100_000, 50_000, 50_000, 50_000]);
});

it('who is slow comes through in the end, and not before', async () => {
  relay.fault = { type: 'slow', bytesPerSecond: 100_000 };
  const start = performance.now();
  expect(await put(40_000)).toBe('40000');
  expect(performance.now() - start).toBeGreaterThan(300);
});

it('who is waiting for an answer when the server is gone gets none', async () => {
  relay.fault = { type: 'slow', bytesPerSecond: 10_000 };
  const waiting = put(40_000, 1500);
  const before = relay.connections;
  await expect.poll(() => relay.connections).toBeGreaterThan(before - 1);
  relay.fault = { type: 'gone' };
  await expect(waiting).rejects.toThrow();
});
