/**
 * A crowd from one address against the limits of `security.rate_limit`, with the edge killed in the middle once: `pnpm
 * prove:limits`. Set by the environment:
 *
 * - `CLIENTS` (200): how many come at once
 * - `PARTICIPANTS` (50), `ROOMS` (10): the limits
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { closeCode } from '@parley/protocol/errors';
import { type RawData, WebSocket } from 'ws';
import type { Stack } from '../stack.ts';
import { storedRows } from '../stored-rows.ts';
import { seconds, table } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';

export interface LimitsOptions {
  clients: number;
  /** The limits, as the stack has them. */
  participants: number;
  rooms: number;
}

/** What one crowd came to. */
export interface Wave {
  name: string;
  came: number;
  in: number;
  refused: number;
  /** Most that the rooms showed at any moment. */
  most: number;
  /** Tries of all together. */
  tries: number;
  ms: number;
}

/** How long one answer, and how long a return to zero may take, ms. */
const ANSWER_MS = 60_000;
const SETTLE_MS = 90_000;

/**
 * Shows that no more get in than the limits allow, that exactly so many do, that the others are told, and that every place is
 * free again when its participant is gone, however it went.
 *
 * @throws {Error} naming what did not hold
 */
export async function proveLimits(
  stack: Stack,
  { clients, participants, rooms }: LimitsOptions,
  print: (text: string) => void,
): Promise<Wave[]> {
  const waves: Wave[] = [];
  const run = Date.now().toString(36);
  const few = (i: number) => `limits-${run}-${i % Math.max(1, rooms - 2)}`;
  const own = (i: number) => `limits-${run}-own-${i}`;
  const crowd = new Crowd(stack);
  const wave = async (
    name: string,
    came: number,
    most: number,
    roomOf: (i: number) => string,
    ...codes: string[]
  ) => {
    const result = await crowd.come(name, came, roomOf, codes);
    waves.push(result);
    equal(`${name}: in`, result.in, Math.min(came, most));
    equal(`${name}: refused`, result.refused, Math.max(0, came - most));
  };

  await wave('participants', clients, participants, few, 'too_many_participants');
  await crowd.go('half without goodbye');
  await wave('again', participants, participants, few, 'too_many_participants');
  await crowd.go('half without goodbye');
  await crowd.closeRooms();

  // Each takes its participant's place first, so that some of the crowd are refused for want of one.
  await wave('rooms', clients, rooms, own, 'too_many_rooms', 'too_many_participants');
  const refused = await crowd.post(`limits-${run}-post`);
  equal('a room by the API: status', refused.status, 429);
  if (!(Number(refused.headers.get('Retry-After')) > 0)) throw new Error('it has no Retry-After');
  await crowd.go('half without goodbye');
  await crowd.closeRooms();

  await wave('before the kill', participants, participants, few, 'too_many_participants');
  await crowd.go('while the edge is killed');
  // Nobody asks the rooms anything: those who are refused have the dead found.
  waves.push(await crowd.insist('after the restart', participants, few));
  await crowd.go('half without goodbye');
  await crowd.closeRooms();
  await until('nothing is stored of any address', async () => {
    const rows = await storedRows(stack.storageFolder, 'LimiterObject');
    return rows === 0 ? undefined : `${rows} rows`;
  });

  print(
    table([
      ['', 'came', 'in', 'refused', 'most at once', 'tries', 's'],
      ...waves.map((one) => [
        one.name,
        ...[one.came, one.in, one.refused, one.most, one.tries].map(String),
        seconds(one.ms),
      ]),
    ]),
  );
  for (const { name, most } of waves) {
    const limit = name === 'rooms' ? rooms : participants;
    if (most > limit) throw new Error(`${name}: ${most} at once, ${limit} are allowed`);
  }
  return waves;
}

/** People from this machine's one address. */
class Crowd {
  readonly #stack: Stack;
  readonly #rooms = new Set<string>();
  #in: WebSocket[] = [];

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** So many come at once; those who do not get in are to be told one of these. */
  async come(
    name: string,
    came: number,
    roomOf: (i: number) => string,
    codes: readonly string[],
  ): Promise<Wave> {
    const start = performance.now();
    const ids = [...new Set(Array.from({ length: came }, (_, i) => roomOf(i)))];
    for (const id of ids) this.#rooms.add(id);
    const sampling = new AbortController();
    const sampled = this.#sample(ids.slice(0, 40), sampling.signal);
    let outcomes: string[];
    try {
      outcomes = await Promise.all(Array.from({ length: came }, (_, i) => this.#join(roomOf(i))));
    } finally {
      sampling.abort();
    }
    const held = await this.#count(ids);
    const most = Math.max(held, await sampled);
    const wrong = outcomes.find((outcome) => outcome !== 'joined' && !codes.includes(outcome));
    if (wrong !== undefined) throw new Error(`${name}: somebody was told ${wrong}`);
    const joined = outcomes.filter((outcome) => outcome === 'joined').length;
    equal(`${name}: whom the rooms show`, held, joined);
    const ms = performance.now() - start;
    return {
      name,
      came,
      in: joined,
      refused: came - joined,
      most: Math.max(held, await most),
      tries: came,
      ms,
    };
  }

  /** So many come and try again every second until they are in. */
  async insist(name: string, came: number, roomOf: (i: number) => string): Promise<Wave> {
    const start = performance.now();
    let tries = 0;
    const ids = [...new Set(Array.from({ length: came }, (_, i) => roomOf(i)))];
    const enter = async (i: number) => {
      for (;;) {
        tries += 1;
        const outcome = await this.#join(roomOf(i));
        if (outcome === 'joined') return;
        if (performance.now() > start + SETTLE_MS) throw new Error(`${name}: still ${outcome}`);
        await sleep(1000);
      }
    };
    await Promise.all(Array.from({ length: came }, (_, i) => enter(i)));
    const held = await this.#count(ids);
    return { name, came, in: came, refused: 0, most: held, tries, ms: performance.now() - start };
  }

  /** Everybody goes. */
  async go(how: 'half without goodbye' | 'while the edge is killed'): Promise<void> {
    const sockets = this.#in.splice(0);
    for (const [i, socket] of sockets.entries()) {
      if (i % 2 === 0) socket.terminate();
      else socket.send(JSON.stringify({ type: 'leave' }));
      if (how === 'while the edge is killed' && i === sockets.length >> 1) {
        await this.#stack.killEdge();
        break;
      }
    }
    if (how === 'while the edge is killed') {
      for (const socket of sockets) socket.terminate();
      return this.#stack.startEdge(120);
    }
    await until('everybody is gone', async () => {
      const left = await this.#count([...this.#rooms]);
      return left === 0 ? undefined : `${left} are there`;
    });
  }

  async closeRooms(): Promise<void> {
    for (const id of this.#rooms) await fetch(`${this.#stack.url}/api/rooms/${id}`, { method: 'DELETE' });
    this.#rooms.clear();
  }

  post(id: string): Promise<Response> {
    const headers = { 'Content-Type': 'application/json' };
    return fetch(`${this.#stack.url}/api/rooms`, { method: 'POST', headers, body: JSON.stringify({ id }) });
  }

  /** `joined`, or the error's code. */
  async #join(room: string): Promise<string> {
    const socket = new WebSocket(`${this.#stack.url.replace('http', 'ws')}/ws?room=${room}`);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let code: string | undefined;
    const timer = setTimeout(() => reject(new Error('a join was not answered')), ANSWER_MS);
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'join', roomId: room, participantName: 'One of many' })),
    );
    socket.on('message', (data: RawData) => {
      const message = JSON.parse(String(data)) as { type: string; code?: string };
      if (message.type === 'joined') resolve('joined');
      if (message.type === 'error') code ??= message.code;
    });
    socket.on('error', reject);
    socket.on('close', (status) => {
      if (status === closeCode('too_many_participants') && code !== undefined) resolve(code);
      else reject(new Error(`closed with ${status} after ${code}`));
    });
    try {
      const outcome = await promise;
      if (outcome === 'joined') this.#in.push(socket);
      return outcome;
    } finally {
      clearTimeout(timer);
      // What comes later is no answer.
      socket.on('error', () => undefined);
    }
  }

  /** The most who were in some rooms at any moment until it is over, by the rooms' own word. */
  async #sample(ids: readonly string[], signal: AbortSignal): Promise<number> {
    let most = 0;
    while (!signal.aborted) {
      most = Math.max(most, await this.#count(ids));
      await sleep(20);
    }
    return most;
  }

  async #count(ids: readonly string[]): Promise<number> {
    const counts = await Promise.all(
      ids.map(async (id) => {
        const response = await fetch(`${this.#stack.url}/api/rooms/${id}`);
        if (response.status === 404) return 0;
        return ((await response.json()) as { participantCount: number }).participantCount;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

function equal(what: string, is: number, expected: number): void {
  if (is !== expected) throw new Error(`${what}: ${is}, not ${expected}`);
}

/** Waits until there is nothing to say against it. */
async function until(what: string, objection: () => Promise<string | undefined>): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const said = await objection();
    if (said === undefined) return;
    if (performance.now() > deadline) throw new Error(`${what}: ${said}`);
    await sleep(200);
  }
}

/** A stack with these limits. */
export function stackFor({ participants, rooms }: LimitsOptions) {
  return {
    edgeEnv: {
      PARLEY_SECURITY_RATE_LIMIT_ENABLED: 'true',
      PARLEY_SECURITY_RATE_LIMIT_MAX_PARTICIPANTS_PER_IP: String(participants),
      PARLEY_SECURITY_RATE_LIMIT_MAX_ROOMS_PER_IP: String(rooms),
      // Looking on is requests of the same address.
      PARLEY_SECURITY_RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000',
    },
  };
}

if (import.meta.main) {
  const options = {
    clients: numberSetting('CLIENTS', 200),
    participants: numberSetting('PARTICIPANTS', 50),
    rooms: numberSetting('ROOMS', 10),
  };
  await showProof(stackFor(options), async (stack) => {
    await proveLimits(stack, options, console.log);
    return undefined;
  });
}
