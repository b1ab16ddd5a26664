import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

let made = 0;

/**
 * A network of its own from which a browser reaches this machine: a namespace and a pair of interfaces, one end of which is here.
 * Linux, root.
 */
export class NetworkNamespace {
  /** This machine's address in it. */
  readonly gateway: string;
  /** The interface that is on this machine. What it sends goes into the network. */
  protected readonly outside: string;
  readonly #inside: string;
  readonly #name: string;
  readonly #subnet: string;
  #address: string;

  protected constructor() {
    const number = made++;
    this.#name = `parley${process.pid}${number > 0 ? `n${number}` : ''}`;
    this.outside = `${this.#name}o`;
    this.#inside = `${this.#name}i`;
    this.#subnet = `10.${213 + number}.${process.pid % 256}`;
    this.gateway = `${this.#subnet}.1`;
    this.#address = `${this.#subnet}.2`;
  }

  /** @throws {Error} saying what is missing where networks cannot be made */
  protected static async made<Network extends NetworkNamespace>(network: Network): Promise<Network> {
    try {
      await network.prepare();
    } catch (cause) {
      await network.close();
      const message =
        'This test makes a network namespace, for which it needs Linux, root (CAP_NET_ADMIN), and the packages that ' +
        '`pnpm test browser` installs.';
      throw new Error(`${message} ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    return network;
  }

  protected async prepare(): Promise<void> {
    await run('ip', ['netns', 'add', this.#name]);
    await run('ip', [
      'link',
      'add',
      this.outside,
      'type',
      'veth',
      'peer',
      'name',
      this.#inside,
      'netns',
      this.#name,
    ]);
    await this.addAddress(`${this.gateway}/24`);
    await run('ip', ['link', 'set', this.outside, 'up']);
    await this.within('ip', 'address', 'add', `${this.#address}/24`, 'dev', this.#inside);
    await this.within('ip', 'link', 'set', this.#inside, 'up');
    await this.within('ip', 'link', 'set', 'lo', 'up');
    await this.within('ip', 'route', 'add', 'default', 'via', this.gateway);
  }

  /** An address of its IPv4 network. @param host 1 is the gateway's, 2 and 4 are the client's */
  protected at(host: number): string {
    return `${this.#subnet}.${host}`;
  }

  /** Gives this machine a further address there, with the length of its prefix. */
  protected async addAddress(address: string): Promise<void> {
    const [family, flags] = address.includes(':') ? [['-6'], ['nodad']] : [[], []];
    await run('ip', [...family, 'address', 'add', address, 'dev', this.outside, ...flags]);
  }

  /** Gives the client another address: what it had open ends without a word to anybody else. */
  async changeAddress(): Promise<void> {
    const old = this.#address;
    this.#address = this.at(old === this.at(2) ? 4 : 2);
    await this.within('ip', 'address', 'delete', `${old}/24`, 'dev', this.#inside);
    await this.within('ip', 'address', 'add', `${this.#address}/24`, 'dev', this.#inside);
    await this.within('ip', 'route', 'replace', 'default', 'via', this.gateway);
  }

  /** Runs a command in it. */
  protected within(command: string, ...args: string[]): Promise<{ stdout: string }> {
    return run('ip', ['netns', 'exec', this.#name, command, ...args]);
  }

  /** Ids of the processes in this network. */
  async pids(): Promise<number[]> {
    const { stdout } = await run('ip', ['netns', 'pids', this.#name]);
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  /** Writes a program into a folder that starts another inside this network. @returns its path */
  async wrap(program: string, folder: string): Promise<string> {
    const wrapper = path.join(folder, `${path.basename(program)}-${this.#name}`);
    await writeFile(wrapper, `#!/bin/sh\nexec nsenter --net=/run/netns/${this.#name} ${program} "$@"\n`);
    await chmod(wrapper, 0o755);
    return wrapper;
  }

  async close(): Promise<void> {
    // The pair of interfaces goes with it.
    await run('ip', ['netns', 'delete', this.#name]).catch(() => undefined);
  }
}
