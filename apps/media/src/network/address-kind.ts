import { BlockList, isIP } from 'node:net';

/** From where an address can be reached. */
export type AddressKind =
  /** This machine only. */
  | 'loopback'
  /** One network segment only (RFC 3927, RFC 4291 §2.5.6). */
  | 'link-local'
  /** One site only: RFC 1918, RFC 6598 (carrier NAT) and RFC 4193 (unique local) addresses. */
  | 'private'
  /** None: `0.0.0.0`, `::` and other addresses that name no host. */
  | 'unspecified'
  /** Anywhere, as far as the address tells. */
  | 'public'
  /** A name; where it leads is not known here. */
  | 'hostname';

const RANGES: readonly [AddressKind, readonly string[]][] = [
  ['unspecified', ['0.0.0.0/8', '::/128', '224.0.0.0/4', 'ff00::/8', '255.255.255.255/32']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']],
];

const BLOCKS = RANGES.map(([kind, subnets]) => {
  const block = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix = '0'] = subnet.split('/');
    block.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return { kind, block };
});

/** Tells from where an IPv4 or IPv6 address, or a host name, can be reached. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address);
  if (family === 0) return /^localhost\.?$|\.localhost\.?$/i.test(address) ? 'loopback' : 'hostname';
  // BlockList matches IPv4-mapped IPv6 addresses (RFC 4291 §2.5.5.2) against the IPv4 ranges by itself.
  const type = family === 6 ? 'ipv6' : 'ipv4';
  return BLOCKS.find(({ block }) => block.check(address, type))?.kind ?? 'public';
}

/** Whether a URL's host is this machine or this site, so that a private address is as good as a public one. */
export function isLocalUrl(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const kind = addressKind(host);
  if (kind !== 'hostname') return kind !== 'public';
  return !host.includes('.') || /\.(local|internal|lan|test|home\.arpa)$/i.test(host);
}
