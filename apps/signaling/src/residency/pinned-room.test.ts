import { FLEET_PATH } from '@parley/protocol/fleet-messages';
import { expect, it } from 'vitest';
import { call } from '../testing/api.ts';
import { TestNode } from '../testing/test-node.ts';
import { ask, joinRoom } from '../testing/test-socket.ts';

it('has a pinned room served by a node of its jurisdiction, and others by none of those', async () => {
  const [european, other] = [
    await TestNode.start('node-eu', undefined, 'i-1', 'eu-west'),
    await TestNode.start('node-home'),
  ];
  const { status, body } = await call('POST', '/api/rooms', { jurisdiction: 'eu', name: 'Rat' });
  expect([status, body['jurisdiction'], body['region']]).toEqual([201, 'eu', 'eu-west']);
  const id = String(body['id']);
  expect(id).toMatch(/^eu~room-/);

  await joinRoom(id, 'ann');
  expect((await european.assigned()).roomId).toBe(id);
  await joinRoom('eu~by-joining', 'bob');
  expect((await european.assigned()).roomId).toBe('eu~by-joining');
  await joinRoom('anywhere', 'eve');
  expect((await other.assigned()).roomId).toBe('anywhere');
  expect(european.fleet.left, 'and got nothing else').toEqual([]);

  const names = async () => (await call('GET', '/api/rooms')).body['rooms'];
  await expect.poll(names, { message: 'each is listed once' }).toHaveLength(3);
});

it('refuses a room of a jurisdiction without regions, and regions that nobody named', async () => {
  for (const request of [
    { jurisdiction: 'fedramp' },
    { id: 'fedramp~standup' },
    { region: 'moon' },
    { region: 'eu-west' },
    { jurisdiction: 'eu', region: 'default' },
  ]) {
    const { status, body } = await call('POST', '/api/rooms', request);
    expect([status, body['code']], JSON.stringify(request)).toEqual([400, 'region_unknown']);
  }
  const { body } = await call('POST', '/api/rooms', { id: 'standup', jurisdiction: 'eu' });
  expect(body['code'], 'its id would not lead there').toBe('invalid_message');
});

it('refuses a node of a region that nobody named, and says what to do', async () => {
  const { token } = await TestNode.start();
  const headers = { Upgrade: 'websocket', Authorization: `Bearer ${token}` };
  const response = await ask(`${FLEET_PATH}?region=moon`, { headers });
  expect(await response.json()).toMatchObject({
    code: 'region_unknown',
    detail: expect.stringContaining('eu-west'),
  });
});
