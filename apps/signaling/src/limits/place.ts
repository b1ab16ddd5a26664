/** What an address, or the server, has a number of places for. */
export type PlaceKind = 'rooms' | 'participants';

/** One place of a limit, and the room that knows whether it is still taken. */
export interface Place {
  kind: PlaceKind;
  /** A participant's id, or {@link roomPlace}: never given to another. */
  id: string;
  roomId: string;
}

/** The id of a room's place: a room made anew under the same id has another. */
export function roomPlace(roomId: string, createdAt: number): string {
  return `${roomId}@${createdAt}`;
}
