import { toRoomId } from './room-id.ts';

/** The room that an address leads to (`/r/ID` or `?room=ID`), if it leads to one. */
export function roomOf({ pathname, search }: Pick<Location, 'pathname' | 'search'>): string | undefined {
  const named = /^\/r\/([^/]+)\/?$/.exec(pathname)?.[1] ?? new URLSearchParams(search).get('room') ?? '';
  const id = toRoomId(named);
  return id === '' ? undefined : id;
}

/** The path of a room's page; it keeps `?debug`. */
export function roomPath(room: string, search = ''): string {
  return `/r/${encodeURIComponent(room)}${new URLSearchParams(search).has('debug') ? '?debug' : ''}`;
}

/** The access token that a link brings, `#token=JWT`: behind the `#`, so that it is sent to no server and logged nowhere. */
export function tokenOf({ hash }: Pick<Location, 'hash'>): string | undefined {
  return new URLSearchParams(hash.slice(1)).get('token') ?? undefined;
}
