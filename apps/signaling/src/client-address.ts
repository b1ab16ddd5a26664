/**
 * An address as limits and bans count it: an IPv4 address, or the /64 of an IPv6 one, which is what one customer of a
 * network gets (RFC 6177 §2). An IPv4 address in IPv6's clothes (RFC 4291 §2.5.5.2) is an IPv4 address.
 *
 * @returns undefined for what is no address
 */
export function addressKey(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return address;
  if (!address.includes(':')) return undefined;
  const url = URL.parse(`http://[${address.split('%')[0]}]/`);
  if (url === null) return undefined;
  const groups = expand(url.hostname.slice(1, -1));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an address as the URL standard writes it. */
function expand(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const parts = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return parts(head);
  const [before, after] = [parts(head), parts(tail)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/**
 * Where a request comes from, by Cloudflare's word: it sets the header itself, whatever the client says. wrangler's local
 * runtime sets it only where the client has not, so locally anybody can say where it comes from; whoever serves the Worker
 * by another way has to set it in front.
 */
export function clientAddress(request: Request): string | undefined {
  return addressKey(request.headers.get('CF-Connecting-IP') ?? undefined);
}
