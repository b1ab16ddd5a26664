import { env } from 'cloudflare:workers';
import { RECORDER_FLEET_PATH } from '@parley/protocol/recording/recorder-api';
import { describe, expect, it } from 'vitest';
import { FleetObject } from '../fleet/fleet-object.ts';
import { KeyringObject } from '../keyring/keyring-object.ts';
import { signRecorderAssignment } from '../keyring/sign.ts';
import { TestNode } from '../testing/test-node.ts';
import { IDLE, TestRecorder } from '../testing/test-recorder.ts';
import { ask, refusal } from '../testing/test-socket.ts';

const fleet = () => FleetObject.of(env, 'default');

describe('a recorder’s fleet socket', () => {
  it('refuses who is not enrolled', async () => {
    expect(await refusal(RECORDER_FLEET_PATH)).toEqual([401, 'node_not_enrolled']);
    const key = await KeyringObject.of(env).signingKey();
    const claims = { sub: 'recorder-1', room: 'room', recording: 'rec', epoch: 1 };
    const assignment = await signRecorderAssignment(key, claims);
    expect(await refusal(RECORDER_FLEET_PATH, assignment), 'an assignment is no node token').toEqual([
      401,
      'node_not_enrolled',
    ]);
    expect((await ask(RECORDER_FLEET_PATH)).status).toBe(426);
  });

  it('is no node’s: a recorder gets no room, counts as none, and may have a node’s name', async () => {
    const recorder = await TestRecorder.start('machine-1');
    expect(await fleet().nodeCount()).toBe(0);
    expect(await fleet().nodes()).toEqual([]);
    expect(await fleet().place('room', [])).toBeUndefined();
    expect(await (await ask('/health')).json()).toMatchObject({ status: 'degraded' });
    await TestNode.start('machine-1');
    expect(await fleet().nodes()).toMatchObject([{ nodeId: 'machine-1', up: true }]);
    expect(await fleet().recorders()).toMatchObject([
      { recorderId: 'machine-1', up: true, abilities: { capture: true, storage: 'disk' }, load: IDLE },
    ]);
    recorder.fleet.close();
    await expect.poll(() => fleet().recorderLife('machine-1', 'i-1'), { timeout: 5000 }).toBe('dead');
    expect(await fleet().lifeOf('machine-1', 'i-1'), 'the node is another').toBe('live');
    expect(await fleet().recorders()).toEqual([{ recorderId: 'machine-1', up: false }]);
  });

  it('spreads what starts at once, and passes over who is full', async () => {
    const [a, b] = [await TestRecorder.start('a'), await TestRecorder.start('b')];
    const place = () => fleet().placeRecorder({ exclude: [] });
    expect([await place(), await place()].sort()).toEqual(['a', 'b']);
    a.fleet.send({ type: 'heartbeat', load: { ...IDLE, full: true } });
    await expect.poll(async () => (await fleet().recorders())[0]?.load?.full).toBe(true);
    expect([await place(), await place()]).toEqual(['b', 'b']);
    b.fleet.send({ type: 'heartbeat', load: { ...IDLE, full: true } });
    await expect.poll(place).toBeUndefined();
    expect(await fleet().placeFinisher({ recorderIds: ['a'], exclude: [] }), 'it can finish').toBe('a');
  });

  it('tells a recorder that is there', async () => {
    const recorder = await TestRecorder.start('told');
    const job = { type: 'finish', recordingId: 'rec-1', attempt: 2 } as const;
    expect(await fleet().tellRecorder('told', job)).toBe(true);
    expect(await recorder.fleet.next('finish')).toEqual(job);
    expect(await fleet().tellRecorder('nobody', job)).toBe(false);
  });

  it('is cut for nonsense, for what nodes say, and for a heartbeat before hello', async () => {
    for (const wrong of [
      '{"type":"dance"}',
      { type: 'hello', version: 1, incarnation: 'i', load: { rooms: 0, participants: 0, cpu: 0 } },
      { type: 'heartbeat', load: { ...IDLE, cpu: -1 } },
      `{"type":"heartbeat","pad":"${'x'.repeat(17_000)}"}`,
    ]) {
      const recorder = await TestRecorder.start('confused');
      recorder.fleet.send(wrong);
      expect((await recorder.fleet.closed()).code).toBeGreaterThanOrEqual(4400);
    }
    const older = await TestRecorder.start('twice');
    await TestRecorder.start('twice');
    expect((await older.fleet.closed()).code).toBe(4409);
  });
});
