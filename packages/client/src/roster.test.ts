import type { Participant, Track } from '@parley/protocol/track';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyToRoster, missedMessages, type Roster, type RosterMessage, rosterOf } from './roster.ts';

const self = { participantId: 'me', name: 'Me', joinedAt: 1 };
const track = (trackId: string): Track => ({
  trackId,
  kind: 'video',
  source: 'camera',
  codec: 'VP8',
  layers: 3,
  muted: false,
});
const person = (participantId: string, tracks: Track[] = []): Participant => ({
  participantId,
  name: participantId,
  joinedAt: 0,
  tracks,
});
const after = (roster: Roster, ...messages: RosterMessage[]) => messages.reduce(applyToRoster, roster);

describe('roster', () => {
  it('begins with oneself, then everybody else', () => {
    const roster = rosterOf(self, [person('ann', [track('t1')])]);
    expect([...roster.values()]).toEqual([
      { ...self, isSelf: true, tracks: [] },
      { ...person('ann', [track('t1')]), isSelf: false },
    ]);
  });

  it('follows people and tracks', () => {
    const roster = after(
      rosterOf(self, []),
      { type: 'participant-joined', participant: person('ann') },
      { type: 'participant-joined', participant: person('bob') },
      { type: 'track-published', participantId: 'ann', track: track('t1') },
      { type: 'track-published', participantId: 'ann', track: track('t2') },
      { type: 'track-muted', participantId: 'ann', trackId: 't1', muted: true },
      { type: 'track-unpublished', participantId: 'ann', trackId: 't2' },
      { type: 'participant-left', participantId: 'bob', reason: 'left' },
    );
    expect([...roster.keys()]).toEqual(['me', 'ann']);
    expect(roster.get('ann')?.tracks).toEqual([{ ...track('t1'), muted: true }]);
  });

  it('leaves the old roster as it was', () => {
    const roster = rosterOf(self, [person('ann', [track('t1')])]);
    after(roster, { type: 'track-muted', participantId: 'ann', trackId: 't1', muted: true });
    expect(roster.get('ann')?.tracks[0]?.muted).toBe(false);
  });

  it('is the same object when a message says nothing new', () => {
    const ids = fc.constantFrom('me', 'ann', 'bob');
    const trackIds = fc.constantFrom('t1', 't2');
    const message: fc.Arbitrary<RosterMessage> = fc.oneof(
      ids.map((id) => ({ type: 'participant-joined' as const, participant: person(id) })),
      ids.map((participantId) => ({
        type: 'participant-left' as const,

        participantId,
        reason: 'left' as const,
      })),
      fc.tuple(ids, trackIds).map(([participantId, trackId]) => ({
        type: 'track-published' as const,
        participantId,
        track: track(trackId),
      })),
      fc.tuple(ids, trackIds).map(([participantId, trackId]) => ({
        type: 'track-unpublished' as const,
        participantId,
        trackId,
      })),
      fc.tuple(ids, trackIds, fc.boolean()).map(([participantId, trackId, muted]) => ({
        type: 'track-muted' as const,

        participantId,
        trackId,
        muted,
      })),
    );
    fc.assert(
      fc.property(fc.array(message), message, (before, last) => {
        const roster = after(rosterOf(self, []), ...before, last);
        expect(applyToRoster(roster, last)).toBe(roster);
      }),
    );
  });

  it('catches up with any other view of the room, and tells nothing twice', () => {
    const tracks = fc.uniqueArray(
      fc.record({ trackId: fc.constantFrom('t1', 't2', 't3'), muted: fc.boolean() }),
      { selector: ({ trackId }) => trackId },
    );
    const people = fc.uniqueArray(fc.record({ id: fc.constantFrom('ann', 'bob', 'cyd'), tracks }), {
      selector: ({ id }) => id,
    });
    const view = people.map((all) =>
      all.map(({ id, tracks }) =>
        person(
          id,
          tracks.map(({ trackId, muted }) => ({ ...track(`${id}-${trackId}`), muted })),
        ),
      ),
    );
    const essence = (roster: Roster) =>
      new Map(
        [...roster].map(([id, one]) => [id, one.tracks.map((t) => `${t.trackId} ${t.muted}`).toSorted()]),
      );
    fc.assert(
      fc.property(view, view, (before, now) => {
        const known = rosterOf(self, before);
        const missed = missedMessages(known, now);
        const caughtUp = after(known, ...missed);
        expect(essence(caughtUp)).toEqual(essence(rosterOf(self, now)));
        expect(after(caughtUp, ...missedMessages(caughtUp, now))).toBe(caughtUp);
      }),
    );
  });
});
