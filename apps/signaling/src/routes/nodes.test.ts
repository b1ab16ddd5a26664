import { env } from 'cloudflare:workers';
import { ENROL_PATH, FLEET_PATH } from '@parley/protocol/fleet-messages';
import { describe, expect, it } from 'vitest';
import { KeyringObject } from '../keyring/keyring-object.ts';
import { signAssignment, signNodeToken } from '../keyring/sign.ts';
import { enrol, SECRET, TestNode } from '../testing/test-node.ts';
import { ask, joinRoom, refusal, TestSocket } from '../testing/test-socket.ts';

describe('enrolment', () => {
  it('needs the secret', async () => {
    expect((await enrol('node-1', SECRET)).status).toBe(200);
    for (const wrong of ['', 'x', `${SECRET}x`, SECRET.slice(1)]) {
      const response = await enrol('node-1', wrong);
      expect([wrong, response.status]).toEqual([wrong, 401]);
      expect(await response.json()).toMatchObject({ code: 'node_not_enrolled' });
    }
    expect((await ask(ENROL_PATH, { method: 'POST', body: '{}' })).status).toBe(401);
  });

  it('needs a node id that works everywhere', async () => {
    for (const id of ['', 'node 1', 'é', '__proto__', '-']) {
      expect([id, (await enrol(id, SECRET)).status]).toEqual([id, 400]);
    }
  });
});

describe('the fleet socket', () => {
  it('refuses who is not enrolled', async () => {
    expect(await refusal(FLEET_PATH)).toEqual([401, 'node_not_enrolled']);
    expect(await refusal(FLEET_PATH, 'abc.def.ghi')).toEqual([401, 'node_not_enrolled']);
    const key = await KeyringObject.of(env).signingKey();
    const assignment = await signAssignment(key, 'node-1', 'room', 1);
    expect(await refusal(FLEET_PATH, assignment), 'an assignment is no node token').toEqual([
      401,
      'node_not_enrolled',
    ]);
  });

  it('wants an upgrade', async () => {
    const response = await ask(FLEET_PATH);
    expect([response.status, response.headers.get('Upgrade')]).toEqual([426, 'websocket']);
  });

  it('replaces the older socket of a node that connects again', async () => {
    const first = await TestNode.start('twice');
    await TestNode.start('twice');
    expect((await first.fleet.closed()).code).toBe(4409);
  });

  it('gives full nodes no room, and says so when there is no other', async () => {
    const [full, free] = await Promise.all([TestNode.start('a-full'), TestNode.start('b-free')]);
    const load = { rooms: 0, participants: 0, cpu: 0 };
    full.fleet.send({ type: 'heartbeat', load: { ...load, full: true } });
    for (let room = 0; room < 8; room++) {
      await joinRoom(`passed-over-${room}`, 'Ann');
      expect((await free.assigned()).roomId, 'always the other node').toBe(`passed-over-${room}`);
    }
    free.fleet.send({ type: 'heartbeat', load: { ...load, full: true } });
    const ann = await joinRoom('nowhere', 'Ann');
    expect(await ann.socket.error('media_unavailable')).toMatchObject({
      message: expect.stringContaining('has room for this one'),
    });
  });

  it('cuts a node that talks nonsense', async () => {
    const node = await TestNode.start('confused');
    node.fleet.send('{"type":"dance"}');
    expect((await node.fleet.closed()).code).toBe(4400);
  });

  it('makes the server healthy', async () => {
    await TestNode.start('healthy');
    expect(await (await ask('/health')).json()).toMatchObject({ status: 'healthy' });
  });
});

describe('a room’s link', () => {
  it('refuses every wrong assignment with its code', async () => {
    const node = await TestNode.start();
    await joinRoom('linked', 'Ann');
    const { epoch, assignment } = await node.assigned();
    const key = await KeyringObject.of(env).signingKey();
    const path = '/internal/rooms/linked/link';
    expect(await refusal(path)).toEqual([401, 'assignment_invalid']);
    expect(await refusal(path, node.token), 'a node token is no assignment').toEqual([
      401,
      'assignment_invalid',
    ]);
    expect(await refusal(path, await signNodeToken(key, 'node-1'))).toEqual([401, 'assignment_invalid']);
    expect(await refusal('/internal/rooms/other/link', assignment)).toEqual([401, 'assignment_invalid']);
    const [header, , signature] = assignment.split('.');
    const forged = btoa(JSON.stringify({ sub: 'node-1', room: 'linked', epoch, v: 1, aud: 'room-link' }));
    expect(await refusal(path, `${header}.${forged}.${signature}`)).toEqual([401, 'assignment_invalid']);
    expect(await refusal(path, await signAssignment(key, 'node-2', 'linked', epoch))).toEqual([
      409,
      'assignment_stale',
    ]);
    expect(await refusal(path, await signAssignment(key, 'node-1', 'linked', epoch - 1))).toEqual([
      409,
      'assignment_stale',
    ]);
    await node.link('linked', assignment);
  });

  it('carries nothing before hello', async () => {
    const node = await TestNode.start();
    await joinRoom('silent-link', 'Ann');
    const { assignment } = await node.assigned();
    const link = await TestSocket.open('/internal/rooms/silent-link/link', {
      Authorization: `Bearer ${assignment}`,
    });
    link.send({ type: 'track-unpublished', participantId: 'p', trackId: 't' });
    expect((await link.closed()).code).toBe(4400);
  });
});
