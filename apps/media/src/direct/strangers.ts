import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { addressKind } from '../network/address-kind.ts';

/** A connection, and where it comes from. */
export type Stranger = Duplex & { readonly remoteAddress?: string | undefined };

/**
 * Connections of which nobody knows yet whose they are: a bounded number, and of each network only a share, so that one
 * machine cannot take all places. A peer on this machine or site is a proxy, behind which anybody may be, or a
 * neighbour: it has no share.
 */
export class Strangers {
  readonly #most: number;
  readonly #share: number;
  readonly #networks = new Map<Duplex, string | undefined>();

  /**
   * @param most connections at once
   * @param share of those, from one IPv4 address or one IPv6 /64
   */
  constructor(most: number, share: number) {
    this.#most = most;
    this.#share = share;
  }

  get size(): number {
    return this.#networks.size;
  }

  /** Takes a connection in until it closes or is known; false when there is no place for it. */
  meet(connection: Stranger): boolean {
    const network = networkOf(connection.remoteAddress ?? '');
    if (this.size >= this.#most || this.#countOf(network) >= this.#share) return false;
    this.#networks.set(connection, network);
    connection.once('close', () => this.know(connection));
    return true;
  }

  /** It is no stranger any more. */
  know(connection: Duplex): void {
    this.#networks.delete(connection);
  }

  /** Ends them all. */
  close(): void {
    for (const connection of this.#networks.keys()) connection.destroy();
  }

  #countOf(network: string | undefined): number {
    if (network === undefined) return 0;
    return [...this.#networks.values()].filter((other) => other === network).length;
  }
}

/** What a public address has a share with: an IPv6 host has a whole /64 (RFC 4291 §2.5.4). */
function networkOf(address: string): string | undefined {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (addressKind(mapped ?? address) !== 'public') return undefined;
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
