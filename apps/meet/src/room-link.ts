import { toRoomId } from './room-id.ts';

/** The room that an address leads to (`/r/ID` or `?room=ID`), if it leads to one. */
export function roomOf({ pathname, search }: Pick<Location, 'pathname' | 'search'>): string | undefined {
  const named = /^\/r\/([^/]+)\/?$/.exec(pathname)?.[1] ?? new URLSearchParams(search).get('room') ?? '';
  const id = toRoomId(named);
  return id === '' ? undefined : id;
}

/** Parameters that go along from page to page. */
const KEPT = ['debug', 'lang'];

/** The path of a room's page; it keeps `?debug` and `?lang=…`. */
export function roomPath(room: string, search = ''): string {
  return `/r/${encodeURIComponent(room)}${keptOf(search)}`;
}

/** The path of the connection test; the token of an invitation goes along, which the test needs where the server does. */
export function testPath({ search, hash }: Pick<Location, 'search' | 'hash'>): string {
  return `/test${keptOf(search)}${hash}`;
}

/** The path of the recordings, of a room or of all; the token of an invitation goes along. */
export function recordingsPath(
  room: string | undefined,
  { search, hash }: Pick<Location, 'search' | 'hash'>,
): string {
  const path = room === undefined ? '/recordings' : `/r/${encodeURIComponent(room)}/recordings`;
  return `${path}${keptOf(search)}${hash}`;
}

/** Whose recordings an address leads to: a room's, or all; undefined where it leads to none. */
export function recordingsOf({ pathname }: Pick<Location, 'pathname'>): { room?: string } | undefined {
  if (/^\/recordings\/?$/.test(pathname)) return {};
  const named = /^\/r\/([^/]+)\/recordings\/?$/.exec(pathname)?.[1];
  const room = named === undefined ? '' : toRoomId(named);
  return room === '' ? undefined : { room };
}

function keptOf(search: string): string {
  const kept = [...new URLSearchParams(search)].filter(([key]) => KEPT.includes(key));
  const query = kept.map(([key, value]) => (value === '' ? key : `${key}=${encodeURIComponent(value)}`));
  return query.length > 0 ? `?${query.join('&')}` : '';
}

/** The access token that a link brings, `#token=JWT`: behind the `#`, so that it is sent to no server and logged nowhere. */
export function tokenOf({ hash }: Pick<Location, 'hash'>): string | undefined {
  return new URLSearchParams(hash.slice(1)).get('token') ?? undefined;
}
