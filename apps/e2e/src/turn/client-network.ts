import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a firewall lets through to this machine: a protocol, address and port. */
export interface Opening {
  protocol: 'udp' | 'tcp';
  address: string;
  port: number;
}

/**
 * A network of its own, behind a firewall that drops what it does not know, from which a browser reaches this machine:
 * a namespace and a pair of interfaces. Linux, root.
 */
export class ClientNetwork {
  /** Addresses of this machine there: two, so that TURN servers and nodes differ. */
  readonly node: string;
  readonly turn: string;
  /** The second one's IPv6. */
  readonly turn6: string;
  /** Another of the same network, where nobody is. */
  readonly nobody: string;
  readonly #name = `parley${process.pid}`;
  readonly #inner = `${this.#name}i`;
  readonly #subnet = `10.213.${process.pid % 256}`;

  /** The client's own. */
  #address = `${this.#subnet}.2`;

  private constructor() {
    this.node = `${this.#subnet}.1`;
    this.turn = `${this.#subnet}.3`;
    this.turn6 = `fd13:213:${(process.pid % 65536).toString(16)}::3`;
    this.nobody = `${this.#subnet}.9`;
  }

  /** @throws {Error} saying what is missing where networks cannot be made */
  static async open(): Promise<ClientNetwork> {
    const network = new ClientNetwork();
    try {
      await network.#open();
    } catch (cause) {
      await network.close();
      const message =
        'This test blocks UDP in a network namespace, for which it needs Linux, root (CAP_NET_ADMIN), and the packages that ' +
        '`pnpm test browser` installs.';
      throw new Error(`${message} ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    return network;
  }

  async #open(): Promise<void> {
    const outside = `${this.#name}o`;
    const inside = this.#inner;
    await run('ip', ['netns', 'add', this.#name]);
    await run('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', this.#name]);
    for (const address of [`${this.node}/24`, `${this.turn}/24`, `${this.turn6}/64`]) {
      const family = address.includes(':') ? ['-6'] : [];
      const nodad = address.includes(':') ? ['nodad'] : [];
      await run('ip', [...family, 'address', 'add', address, 'dev', outside, ...nodad]);
    }
    await run('ip', ['link', 'set', outside, 'up']);
    await this.#inside('ip', 'address', 'add', `${this.#address}/24`, 'dev', inside);
    await this.#inside('ip', 'link', 'set', inside, 'up');
    await this.#inside('ip', 'link', 'set', 'lo', 'up');
    await this.#inside('ip', 'route', 'add', 'default', 'via', this.node);
    for (const command of ['iptables', 'ip6tables']) await this.#inside(command, '-P', 'OUTPUT', 'DROP');
  }

  /** Lets these through from now on, and nothing else. */
  async allowOnly(openings: Opening[]): Promise<void> {
    await this.#inside('iptables', '-F', 'OUTPUT');
    await this.#inside('iptables', '-A', 'OUTPUT', '-o', 'lo', '-j', 'ACCEPT');
    for (const { protocol, address, port } of openings) {
      await this.#inside('iptables', ...rule(protocol, address, port), '-j', 'ACCEPT');
    }
    // Counts what the policy would drop as well.
    await this.#inside('iptables', ...rule('udp', this.node), '-j', 'DROP');
  }

  /** UDP packets to the node that were dropped since {@link allowOnly}. */
  async dropped(): Promise<number> {
    const { stdout } = await this.#inside('iptables', '-vnxL', 'OUTPUT');
    const line = stdout.split('\n').find((text) => text.includes('DROP') && text.includes(this.node));
    if (line === undefined)
      throw new Error(`the firewall has no rule that drops UDP to the node:\n${stdout}`);
    return Number(line.trim().split(/\s+/)[0]);
  }

  /** Drops UDP both ways, or no longer. */
  async blockUdp(blocked: boolean): Promise<void> {
    for (const chain of ['INPUT', 'OUTPUT']) {
      await this.#inside('iptables', blocked ? '-I' : '-D', chain, '-p', 'udp', '-j', 'DROP');
    }
  }

  /** Breaks the client's TCP connections to a port of this machine: both ends learn it at once. */
  async cutTcp(port: number): Promise<void> {
    await this.#inside('ss', '-K', 'dst', this.node, 'dport', '=', `:${port}`);
  }

  /** Gives the client another address: what it had open ends without a word to anybody else. */
  async changeAddress(): Promise<void> {
    const old = this.#address;
    this.#address = `${this.#subnet}.${old.endsWith('.2') ? 4 : 2}`;
    await this.#inside('ip', 'address', 'delete', `${old}/24`, 'dev', this.#inner);
    await this.#inside('ip', 'address', 'add', `${this.#address}/24`, 'dev', this.#inner);
    await this.#inside('ip', 'route', 'replace', 'default', 'via', this.node);
  }

  /** Ids of the processes in this network. */
  async pids(): Promise<number[]> {
    const { stdout } = await run('ip', ['netns', 'pids', this.#name]);
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  /** Writes a program into a folder that starts another inside this network. @returns its path */
  async wrap(program: string, folder: string): Promise<string> {
    const wrapper = path.join(folder, path.basename(program));
    await writeFile(wrapper, `#!/bin/sh\nexec nsenter --net=/run/netns/${this.#name} ${program} "$@"\n`);
    await chmod(wrapper, 0o755);
    return wrapper;
  }

  async close(): Promise<void> {
    // The pair of interfaces goes with it.
    await run('ip', ['netns', 'delete', this.#name]).catch(() => undefined);
  }

  #inside(command: string, ...args: string[]): Promise<{ stdout: string }> {
    return run('ip', ['netns', 'exec', this.#name, command, ...args]);
  }
}

function rule(protocol: string, address: string, port?: number): string[] {
  const to = port === undefined ? [] : ['--dport', String(port)];
  return ['-A', 'OUTPUT', '-p', protocol, '-d', address, ...to];
}
