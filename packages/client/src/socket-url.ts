/** The address of a room's socket on the server at `base`, which may be relative to the page. */
export function socketUrl(base: string | URL, room: string): URL {
  const url = new URL(base, globalThis.location?.href);
  switch (url.protocol) {
    case 'https:':
    case 'wss:':
      url.protocol = 'wss:';
      break;
    case 'http:':
    case 'ws:':
      url.protocol = 'ws:';
      break;
    default:
      throw new TypeError(`The server's URL must begin with http or https, not ${url.protocol}`);
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/ws`;
  url.hash = '';
  url.search = '';
  url.searchParams.set('room', room);
  return url;
}
