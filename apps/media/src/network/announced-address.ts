import { isIP, isIPv4, isIPv6 } from 'node:net';
import { type AddressKind, addressKind, isLocalUrl } from './address-kind.ts';

/** One address the node listens on, and what it tells clients instead where that differs. */
export interface ListenAddress {
  ip: string;
  announcedAddress?: string;
}

/** Where a node listens, what it announces, and what an operator should know about that. */
export interface AddressPlan {
  /** Best first: candidates get their priority from this order. */
  listen: ListenAddress[];
  /** Reasons not to start. */
  errors: string[];
  /** Things that work but may not be meant. */
  warnings: string[];
}

/** What the plan is made from. */
export interface AddressFacts {
  /** Every address of the machine. */
  machine: readonly string[];
  listenIps: readonly string[];
  announcedAddresses: readonly string[];
  edgeUrl: string;
}

const RANK: Record<AddressKind, number> = {
  public: 0,
  hostname: 0,
  private: 1,
  'link-local': 2,
  loopback: 3,
  unspecified: 4,
};

/**
 * Decides which addresses a node listens on and announces in its ICE candidates (RFC 8839).
 *
 * Without any setting it listens on each address the machine has, loopback included so that browsers on the same
 * machine meet it, and announces those. Link-local addresses are left out: a browser cannot use them without a zone.
 */
export function planAddresses(facts: AddressFacts): AddressPlan {
  const errors: string[] = [];
  const listen = pair(facts, errors);
  for (const { ip } of listen) {
    const known = addressKind(ip) === 'unspecified' || facts.machine.some((address) => same(address, ip));
    if (isIP(ip) === 0) errors.push(`PARLEY_LISTEN_IPS: "${ip}" is not an IPv4 or IPv6 address`);
    else if (!known) {
      errors.push(
        `PARLEY_LISTEN_IPS: this machine has no address ${ip}; it has ${facts.machine.join(', ')}. ` +
          'Behind NAT, listen on the machine’s own address and name the public one in PARLEY_ANNOUNCED_ADDRESS.',
      );
    }
  }
  const announced = listen.map(({ ip, announcedAddress }) => announcedAddress ?? ip);
  for (const address of announced) {
    if (addressKind(address) !== 'unspecified') continue;
    errors.push(
      `PARLEY_ANNOUNCED_ADDRESS: clients cannot reach ${address}; name the address they reach this machine by, ` +
        'or leave PARLEY_LISTEN_IPS empty to announce every address of the machine',
    );
  }
  if (listen.length === 0 && errors.length === 0) {
    errors.push('PARLEY_LISTEN_IPS: this machine has no usable address to listen on');
  }
  return { listen, errors, warnings: errors.length > 0 ? [] : reachability(announced, facts.edgeUrl) };
}

function pair({ machine, listenIps, announcedAddresses }: AddressFacts, errors: string[]): ListenAddress[] {
  const announced = [...new Set(announcedAddresses)];
  if (listenIps.length === 0 && announced.length === 0) {
    return machine
      .filter((address) => addressKind(address) !== 'link-local')
      .sort((a, b) => RANK[addressKind(a)] - RANK[addressKind(b)])
      .map((ip) => ({ ip }));
  }
  if (listenIps.length === 0) {
    const listen = announced.map((announcedAddress) => ({
      ip: isIPv6(announcedAddress) ? '::' : '0.0.0.0',
      announcedAddress,
    }));
    if (new Set(listen.map(({ ip }) => ip)).size < listen.length) {
      errors.push(
        'PARLEY_ANNOUNCED_ADDRESS: several addresses of one family need as many PARLEY_LISTEN_IPS, in the same order',
      );
    }
    return listen;
  }
  const ips = [...new Set(listenIps)];
  if (announced.length === 0) return ips.map((ip) => ({ ip }));
  if (announced.length === ips.length) {
    return ips.map((ip, index) => ({ ip, announcedAddress: announced[index] ?? ip }));
  }
  const families = new Map(announced.map((address) => [family(address), address]));
  if (families.size < announced.length) {
    errors.push(
      `PARLEY_ANNOUNCED_ADDRESS: ${announced.length} addresses for ${ips.length} PARLEY_LISTEN_IPS; give one for each, in the same order, or one for each family`,
    );
  }
  return ips.map((ip) => {
    const announcedAddress = families.get(family(ip)) ?? families.get('name');
    return announcedAddress === undefined ? { ip } : { ip, announcedAddress };
  });
}

function reachability(announced: readonly string[], edgeUrl: string): string[] {
  if (isLocalUrl(edgeUrl)) return [];
  const kinds = announced.map(addressKind);
  if (kinds.some((kind) => kind === 'public' || kind === 'hostname')) return [];
  return [
    `Clients of ${edgeUrl} cannot reach this node from the internet: it announces only ${announced.join(', ')}, ` +
      'which are loopback or private addresses. Set PARLEY_ANNOUNCED_ADDRESS to the public address or host name ' +
      'that leads to this machine. (If all clients share this node’s network or VPN, all is well.)',
  ];
}

function family(address: string): 'ipv4' | 'ipv6' | 'name' {
  if (isIPv4(address)) return 'ipv4';
  return isIPv6(address) ? 'ipv6' : 'name';
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
