/** Longest id of a room. */
const MAX_LENGTH = 64;

/**
 * Makes a room's id of what somebody typed or pasted: letters, digits and `. _ ~ -`, as the server wants it. A whole
 * link gives the room it leads to. Empty if nothing usable is left.
 */
export function toRoomId(text: string): string {
  const linked = /\/r\/([^/?#]+)/.exec(text)?.[1] ?? /[?&]room=([^&#]+)/.exec(text)?.[1];
  const id = decode(linked ?? text)
    .normalize('NFKD')
    .trim()
    .replace(/\s+/g, '-')
    .replace(/[^A-Za-z0-9._~-]/g, '')
    .slice(0, MAX_LENGTH);
  return id === '.' || id === '..' ? '' : id;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
