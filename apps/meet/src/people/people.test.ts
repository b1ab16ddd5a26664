import type { RoomParticipant } from '@parley/client/roster';
import { describe, expect, it } from 'vitest';
import { peopleOf } from './people.ts';

const someone = (name: string, more: Partial<RoomParticipant> = {}): [string, RoomParticipant] => [
  name,
  { participantId: name, name, joinedAt: 0, isSelf: false, tracks: [], ...more },
];
const names = (...people: [string, RoomParticipant][]) =>
  peopleOf(new Map(people), '', 'de').map(({ name }) => name);

describe('the list of people', () => {
  it('has oneself first, then who moderates, then the others by name', () => {
    expect(
      names(
        someone('Zoë', { isSelf: true }),
        someone('mia'),
        someone('Österreich'),
        someone('Bob 10'),
        someone('Bob 9'),
        someone('Paul', { moderator: true }),
      ),
    ).toEqual(['Zoë', 'Paul', 'Bob 9', 'Bob 10', 'mia', 'Österreich']);
  });

  it('finds part of a name in any case', () => {
    const people = new Map([someone('Ada Lovelace'), someone('Alan'), someone('Grace')]);
    expect(peopleOf(people, ' LOVE ', 'en').map(({ name }) => name)).toEqual(['Ada Lovelace']);
  });

  it('tells what is heard and seen now', () => {
    const track = (source: 'camera' | 'microphone' | 'screen', muted: boolean) => ({
      trackId: source,
      kind: source === 'microphone' ? ('audio' as const) : ('video' as const),
      source,
      layers: 1,
      muted,
    });
    const [ann] = peopleOf(
      new Map([
        someone('Ann', {
          tracks: [track('microphone', true), track('camera', false), track('screen', false)],
        }),
      ]),
      '',
      'en',
    );
    expect(ann).toMatchObject({ microphone: undefined, camera: 'camera', screen: 'screen' });
  });
});
