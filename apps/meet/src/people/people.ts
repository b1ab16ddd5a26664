import type { RoomParticipant, Roster } from '@parley/client/roster';

/** Somebody as the list shows them. */
export interface Person {
  readonly participantId: string;
  readonly name: string;
  readonly isSelf: boolean;
  readonly moderates: boolean;
  /** What the others hear and see now: the ids of tracks that are there and not muted. */
  readonly microphone: string | undefined;
  readonly camera: string | undefined;
  readonly screen: string | undefined;
}

/**
 * Who is in the room, as people look for somebody: oneself first, then who moderates, then by name as the language sorts.
 *
 * @param search part of the name; everybody for an empty one
 */
export function peopleOf(participants: Roster, search: string, language: string): Person[] {
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
  const wanted = search.trim().toLocaleLowerCase(language);
  return [...participants.values()]
    .filter(({ name }) => name.toLocaleLowerCase(language).includes(wanted))
    .map(personOf)
    .sort(
      (a, b) =>
        Number(b.isSelf) - Number(a.isSelf) ||
        Number(b.moderates) - Number(a.moderates) ||
        collator.compare(a.name, b.name),
    );
}

function personOf({ participantId, name, isSelf, moderator = false, tracks }: RoomParticipant): Person {
  const live = (source: string) => tracks.find((track) => track.source === source && !track.muted)?.trackId;
  return {
    participantId,
    name,
    isSelf,
    moderates: moderator,
    microphone: live('microphone'),
    camera: live('camera'),
    screen: live('screen'),
  };
}
