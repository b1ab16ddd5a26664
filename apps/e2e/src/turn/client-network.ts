import { NetworkNamespace } from './network-namespace.ts';

/** What a firewall lets through to this machine: a protocol, address and port. */
export interface Opening {
  protocol: 'udp' | 'tcp';
  address: string;
  port: number;
}

/** A network of its own, behind a firewall that drops what it does not know, from which a browser reaches this machine. */
export class ClientNetwork extends NetworkNamespace {
  /** Addresses of this machine there: two, so that TURN servers and nodes differ. */
  readonly node: string;
  readonly turn: string;
  /** The second one's IPv6. */
  readonly turn6: string;
  /** Another of the same network, where nobody is. */
  readonly nobody: string;

  private constructor() {
    super();
    this.node = this.gateway;
    this.turn = this.at(3);
    this.turn6 = `fd13:213:${(process.pid % 65536).toString(16)}::3`;
    this.nobody = this.at(9);
  }

  /** @throws {Error} saying what is missing where networks cannot be made */
  static open(): Promise<ClientNetwork> {
    return NetworkNamespace.made(new ClientNetwork());
  }

  protected override async prepare(): Promise<void> {
    await super.prepare();
    for (const address of [`${this.turn}/24`, `${this.turn6}/64`]) await this.addAddress(address);
    for (const command of ['iptables', 'ip6tables']) await this.within(command, '-P', 'OUTPUT', 'DROP');
  }

  /** Lets these through from now on, and nothing else. */
  async allowOnly(openings: Opening[]): Promise<void> {
    await this.within('iptables', '-F', 'OUTPUT');
    await this.within('iptables', '-A', 'OUTPUT', '-o', 'lo', '-j', 'ACCEPT');
    for (const { protocol, address, port } of openings) {
      await this.within('iptables', ...rule(protocol, address, port), '-j', 'ACCEPT');
    }
    // Counts what the policy would drop as well.
    await this.within('iptables', ...rule('udp', this.node), '-j', 'DROP');
  }

  /** UDP packets to the node that were dropped since {@link allowOnly}. */
  async dropped(): Promise<number> {
    const { stdout } = await this.within('iptables', '-vnxL', 'OUTPUT');
    const line = stdout.split('\n').find((text) => text.includes('DROP') && text.includes(this.node));
    if (line === undefined)
      throw new Error(`the firewall has no rule that drops UDP to the node:\n${stdout}`);
    return Number(line.trim().split(/\s+/)[0]);
  }

  /** Drops UDP both ways, or no longer. */
  async blockUdp(blocked: boolean): Promise<void> {
    for (const chain of ['INPUT', 'OUTPUT']) {
      await this.within('iptables', blocked ? '-I' : '-D', chain, '-p', 'udp', '-j', 'DROP');
    }
  }

  /** Breaks the client's TCP connections to a port of this machine: both ends learn it at once. */
  async cutTcp(port: number): Promise<void> {
    await this.within('ss', '-K', 'dst', this.node, 'dport', '=', `:${port}`);
  }
}

function rule(protocol: string, address: string, port?: number): string[] {
  const to = port === undefined ? [] : ['--dport', String(port)];
  return ['-A', 'OUTPUT', '-p', protocol, '-d', address, ...to];
}
