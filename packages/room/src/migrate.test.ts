import { openGrants } from '@parley/protocol/grants';
import { describe, expect, it } from 'vitest';
import stored from '../fixtures/room-v4.json' with { type: 'json' };
import { migrate } from './migrate.ts';
import { type RoomState, STATE_VERSION } from './state.ts';
import { joinCommand, sentTo, TestRoom } from './testing.ts';

/** As a build of version 4 has stored it: a call of two, one of them away for a moment. */
const old = () => structuredClone(stored) as unknown as RoomState;

describe('a room that the version before has stored', () => {
  it('goes on: with what it knew, and what is new as it was before there was any', () => {
    const state = migrate(old());
    expect(state).toMatchObject({
      version: STATE_VERSION,
      settings: { name: 'Room' },
      recordings: { untold: [], lastNews: 0 },
      lastSeq: stored.lastSeq,
    });
    expect(state?.participants['p-ann']).toMatchObject({
      grants: openGrants(5_000_000),
      tracks: [{ trackId: 't1' }],
      session: 1,
    });
  });

  it('lets in who comes back and who is new, and is stored as it is from now on', () => {
    const room = new TestRoom();
    const state = migrate(old());
    if (state === undefined) throw new Error('it is not known');
    room.state = state;
    const resume = { participantId: 'p-ann', secret: 'secret-ann', seq: stored.lastSeq };
    const effects = room.do(joinCommand('x', 'c-x', { recovers: true, resume }));
    expect(sentTo(effects, 'c-x')[0]).toMatchObject({ type: 'resumed', participantId: 'p-ann' });
    expect(sentTo(room.join('cyd'), 'c-cyd')[0]).toMatchObject({
      type: 'joined',
      grants: openGrants(5_000_000),
    });
    expect(migrate(room.state)).toBe(room.state);
  });

  it.each([3, STATE_VERSION + 1])('is not known when it is of version %i', (version) => {
    expect(migrate({ ...old(), version } as unknown as RoomState)).toBeUndefined();
  });
});
