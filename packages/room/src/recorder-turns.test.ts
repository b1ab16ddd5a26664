import { describe, expect, it } from 'vitest';
import {
  news,
  ofType,
  orders,
  RecordedRoom,
  recorded,
  TARGET,
  toRecorder,
  types,
} from './model/recorded-room.ts';
import { RECORDING_TIMES } from './recording-state.ts';
import { TIMES } from './state.ts';
import { sentTo } from './testing.ts';
import { nextWake } from './wake.ts';

describe('nodes', () => {
  it('send to the recorder from its hello on, whichever comes first, and stop with the recording', () => {
    const room = new RecordedRoom();
    room.join('ann');
    room.start();
    room.place();
    expect(orders(room.hello())).toEqual([]);
    room.do({ type: 'placed', nodeId: 'n1' });
    expect(orders(room.open('n1'))).toEqual(['capture rec-1 1']);
    expect(orders(room.stop())).toEqual(['end rec-1 1']);
  });

  it('that were out of reach hear of the end later', () => {
    const room = recorded();
    room.unlink();
    expect(orders(room.stop())).toEqual([]);
    expect(orders(room.open())).toEqual(['end rec-1 1']);
  });

  it('are asked again for all there is when either link was gone', () => {
    const room = recorded();
    room.unlink();
    expect(orders(room.open())).toEqual(['capture rec-1 1']);
    room.lose();
    expect(orders(room.hello())).toEqual(['capture rec-1 1']);
  });

  it('that are gone are told of', () => {
    const room = recorded();
    const gone = room.unlink('node-1', true);
    expect(toRecorder(gone)).toEqual([{ type: 'node-gone', nodeId: 'node-1' }]);
    room.do({ type: 'placed', nodeId: 'node-2' });
    expect(orders(room.open('node-2'))).toEqual(['capture rec-1 1']);
    room.unlink('node-2');
    const epoch = room.state.assignments['node-2']?.epoch ?? 0;
    const restarted = room.do({
      type: 'link-opened',
      nodeId: 'node-2',
      epoch,
      sessions: [],
      incarnation: 'second',
    });
    expect(toRecorder(restarted), 'another process').toEqual([{ type: 'node-gone', nodeId: 'node-2' }]);
  });

  it('have their word passed on, while it is of this turn, and nothing is copied for it', () => {
    const room = recorded();
    const { state } = room;
    const nodeEpoch = state.assignments['node-1']?.epoch ?? 0;
    const event = { type: 'track-ended', trackId: 't' } as const;
    const said = {
      type: 'capture-event',
      nodeId: 'node-1',
      nodeEpoch,
      recordingId: 'rec-1',
      epoch: 1,
      event,
    } as const;
    expect(toRecorder(room.do(said))).toEqual([{ type: 'capture', nodeId: 'node-1', event }]);
    expect(room.state).toBe(state);
    for (const stale of [
      { epoch: 2 },
      { recordingId: 'rec-0' },
      { nodeEpoch: nodeEpoch - 1 },
      { nodeId: 'n' },
    ]) {
      expect(room.do({ ...said, ...stale })).toEqual([]);
    }
    room.lose();
    expect(room.do(said), 'nobody listens').toEqual([]);
  });
});

describe('a recorder', () => {
  it('is told who is there, by which names', () => {
    const room = recorded();
    const bob = { participantId: 'p-bob', name: 'bob' };
    expect(toRecorder(room.join('bob'))).toEqual([{ type: 'participant', participant: bob }]);
    const renamed = { type: 'participant', participant: { ...bob, name: 'Rob' } };
    expect(toRecorder(room.say('bob', { type: 'rename', name: 'Rob' }))).toEqual([renamed]);
    room.lose();
    room.join('cyd');
    expect(ofType(room.hello(), 'welcome-recorder')).toMatchObject([
      { participants: [{ name: 'ann' }, { name: 'Rob' }, { name: 'cyd' }] },
    ]);
    expect(toRecorder(room.say('bob', { type: 'leave' }))).toEqual([
      { type: 'participant-left', participantId: 'p-bob' },
    ]);
  });

  it('keeps its turn while its link is away for a moment', () => {
    const room = recorded();
    expect(room.lose()).toEqual([]);
    const [check] = ofType(room.wait(1_000), 'check-recorder');
    expect(check).toMatchObject({ recorderId: 'r1', epoch: 1, incarnation: 'i-1' });
    room.do({ type: 'recorder-checked', ...room.turn, life: 'unknown' });
    const back = room.hello();
    expect(news(back)).toEqual([]);
    expect(room.state.recording).toMatchObject({ turns: [{ epoch: 1 }], recorder: { state: 'linked' } });
  });

  it.each([
    ['is dead', (room: RecordedRoom) => room.do({ type: 'recorder-checked', ...room.turn, life: 'dead' })],
    ['is away for too long', (room: RecordedRoom) => room.wait(TIMES.linkLost)],
  ])('that %s is replaced', (_, loses) => {
    const room = recorded();
    room.lose();
    const old = room.turn;
    const effects = loses(room);
    expect(ofType(effects, 'place-recorder')).toEqual([{ type: 'place-recorder', exclude: ['r1'] }]);
    expect(orders(effects), 'one that is only out of reach records on meanwhile').toEqual([]);
    room.place('r2');
    expect(room.do({ type: 'recorder-linked', ...old, incarnation: 'i-1', target: TARGET })).toEqual([]);
    const hello = room.hello('i-2', { ...TARGET, port: 5 });
    expect(orders(hello)).toEqual(['capture rec-1 2']);
    expect(sentTo(hello, 'c-ann'), 'nobody is troubled').toEqual([]);
    expect(room.state.recording?.turns).toMatchObject([{ recorderId: 'r1' }, { recorderId: 'r2' }]);
  });

  it('that lives has longer to come back', () => {
    const room = recorded();
    room.lose();
    for (let waited = 0; waited < TIMES.liveLinkLost - 1_000; waited += 1_000) {
      expect(ofType(room.wait(1_000), 'place-recorder')).toEqual([]);
      room.do({ type: 'recorder-checked', ...room.turn, life: 'live' });
    }
    expect(ofType(room.wait(2_000), 'place-recorder')).toHaveLength(1);
  });

  it('that fails takes what it can until another one does', () => {
    const room = recorded();
    expect(types(room.fail())).toEqual(['place-recorder']);
    expect(toRecorder(room.join('bob'))).toMatchObject([{ type: 'participant' }]);
    room.unlink();
    expect(orders(room.open())).toEqual(['capture rec-1 1']);
    const nodeEpoch = room.state.assignments['node-1']?.epoch ?? 0;
    const event = { type: 'track-ended', trackId: 't' } as const;
    const said = { type: 'capture-event', nodeId: 'node-1', nodeEpoch, recordingId: 'rec-1', event } as const;
    expect(toRecorder(room.do({ ...said, epoch: 1 }))).toHaveLength(1);
    room.place('r2');
    const hello = room.hello('i-2', { ...TARGET, port: 5 });
    expect(ofType(hello, 'recorder-send')).toEqual([
      {
        type: 'recorder-send',
        recordingId: 'rec-1',
        recorderId: 'r1',
        epoch: 1,
        message: { type: 'stop', reason: 'replaced' },
      },
    ]);
    expect(orders(hello)).toEqual(['capture rec-1 2']);
    expect(room.do({ ...said, epoch: 1 })).toEqual([]);
  });

  it('that has failed, and says hello in the turn it had, is told what it was told before until another one does', () => {
    const room = recorded();
    const failed = room.turn;
    room.fail();
    room.place('r1');
    expect(room.do({ type: 'recorder-linked', ...failed, incarnation: 'i-1', target: TARGET })).toEqual([]);
    const renamed = ofType(room.say('ann', { type: 'rename', name: 'Anna' }), 'recorder-send');
    expect(renamed).toMatchObject([{ ...failed, message: { type: 'participant' } }]);
    const stop = { type: 'stop', reason: 'replaced' };
    expect(ofType(room.hello(), 'recorder-send')).toMatchObject([{ ...failed, message: stop }]);
  });

  it('that fails and goes is not waited for; one that fails is stopped with the recording', () => {
    const room = recorded();
    const first = room.turn;
    room.fail();
    room.do({ type: 'recorder-unlinked', ...first, stopped: false });
    expect(room.state.recording?.outgoing).toBeUndefined();
    room.place('r2');
    room.hello();
    room.fail();
    const effects = room.stop();
    expect(toRecorder(effects)).toEqual([{ type: 'stop', reason: 'stopped' }]);
    expect(orders(effects)).toEqual(['end rec-1 2']);
  });

  it('that fails is asked again after a while where it is the only one', () => {
    const room = recorded();
    expect(ofType(room.fail(), 'place-recorder'), 'at once').toHaveLength(1);
    room.place('r1');
    expect(types(room.fail()), 'then not').not.toContain('place-recorder');
    expect(types(room.wait(TIMES.retryFirst))).toContain('place-recorder');
    room.place('r1');
    room.hello('i-2');
    room.wait(RECORDING_TIMES.steady);
    expect(types(room.fail()), 'it had its turn').toContain('place-recorder');
  });

  it('of another process has no part in the turn: it would write over what is there', () => {
    const room = recorded();
    room.lose();
    const effects = room.hello('i-2');
    expect(toRecorder(effects)).toEqual([{ type: 'stop', reason: 'replaced' }]);
    expect(orders(effects)).toEqual(['end rec-1 1']);
    expect(types(effects)).not.toContain('welcome-recorder');
    room.place('r1');
    expect(room.turn).toMatchObject({ recorderId: 'r1', epoch: 2 });
  });

  it('is looked at often, so that one whose machine is cut off is missed', () => {
    const room = recorded();
    for (const number of [1, 2]) room.do({ type: 'recording-told', number, heard: true });
    expect(nextWake(room.state)).toBe(room.now + RECORDING_TIMES.look);
    room.wait(RECORDING_TIMES.look);
    expect(nextWake(room.state)).toBe(room.now + RECORDING_TIMES.look);
  });
});
