import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '@parley/bots/fleet-figures';
import { until } from '@parley/bots/inbox';
import { costsOf } from '../../prove/process-costs.ts';
import type { Stack } from '../../stack.ts';
import { SignalClient } from './signal-client.ts';

export interface MessageLoad {
  what: string;
  people: number;
  /** Messages to the Room, and from it to clients or the node. */
  messagesIn: number;
  messagesOut: number;
  /** In a second. */
  rateIn: number;
  rateOut: number;
  /** From sending to receipt, over all who receive, ms; undefined where who receives tells nobody. */
  p50: number | undefined;
  p95: number | undefined;
  /** CPU of workerd for each message in and for each out, seconds. */
  cpuIn: number;
  cpuOut: number;
}

/** Under what a participant may say at once: a burst of 20 texts, 100 messages. */
const TEXTS = 18;
const CANDIDATES = 80;
/** Sessions are open when for this long nothing was said of them, ms. */
const STEADY_MS = 500;

/** A room in which some speak, each as soon as it has heard itself: every text goes to everybody. */
export async function loadChat(stack: Stack, people: number, speakers: number): Promise<MessageLoad> {
  return await withRoom(stack, people, async (clients) => {
    const sentAt = new Map<string, number>();
    const took: number[] = [];
    const own = clients.slice(0, speakers).map(() => 0);
    for (const [index, client] of clients.entries()) {
      client.onChat = (text) => {
        took.push(performance.now() - (sentAt.get(text) ?? 0));
        const said = Number(text.split(' ')[1]);
        if (index < speakers && text.startsWith(`${index} `)) {
          own[index] = said + 1;
          if (said + 1 < TEXTS) say(index, said + 1);
        }
      };
    }
    const say = (index: number, number: number) => {
      const text = `${index} ${number} of the words that somebody says`;
      sentAt.set(text, performance.now());
      clients[index]?.send({ type: 'chat', text });
    };
    const messagesIn = speakers * TEXTS;
    const messagesOut = messagesIn * people;
    const what = speakers === 1 ? 'chat, one speaks' : 'chat, all speak';
    return await measure(stack, { what, people, messagesIn, messagesOut, took }, async () => {
      for (let index = 0; index < speakers; index++) say(index, 0);
      await until(() => took.length >= messagesOut, 'everybody heard everything', {
        ms: 60_000,
        state: () => `${took.length} of ${messagesOut} came`,
      });
    });
  });
}

/** A room whose clients all say something to their media sessions through the Room, which hands it to the node. */
export async function loadRelay(stack: Stack, people: number): Promise<MessageLoad> {
  return await withRoom(stack, people, async (clients) => {
    const linkMessages = async () => await stack.metric('parley_link_messages_total');
    let before = await linkMessages();
    const isSteady = async () => {
      await sleep(STEADY_MS);
      const last = before;
      before = await linkMessages();
      return before === last;
    };
    await until(isSteady, 'the node has opened all sessions');
    const messagesIn = people * CANDIDATES;
    const candidate = {
      candidate: 'candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host',
      sdpMLineIndex: 0,
    };
    return await measure(
      stack,
      { what: 'relayed to the node', people, messagesIn, messagesOut: messagesIn },
      async () => {
        for (let number = 0; number < CANDIDATES; number++)
          for (const client of clients) client.send({ type: 'ice-candidate', candidate });
        await until(async () => (await linkMessages()) >= before + messagesIn, 'the node heard everything', {
          ms: 60_000,
        });
      },
    );
  });
}

interface Plan {
  what: string;
  people: number;
  messagesIn: number;
  messagesOut: number;
  took?: readonly number[];
}

async function measure(stack: Stack, plan: Plan, run: () => Promise<void>): Promise<MessageLoad> {
  const { what, people, messagesIn, messagesOut, took = [] } = plan;
  const before = (await costsOf(stack)).workerd.cpu;
  const start = performance.now();
  await run();
  const elapsed = (performance.now() - start) / 1000;
  const cpu = (await costsOf(stack)).workerd.cpu - before;
  return {
    what,
    people,
    messagesIn,
    messagesOut,
    rateIn: messagesIn / elapsed,
    rateOut: messagesOut / elapsed,
    p50: percentile(took, 0.5),
    p95: percentile(took, 0.95),
    cpuIn: cpu / messagesIn,
    cpuOut: cpu / messagesOut,
  };
}

async function withRoom<T>(
  stack: Stack,
  people: number,
  run: (clients: readonly SignalClient[]) => Promise<T>,
): Promise<T> {
  const room = `talk-${Date.now().toString(36)}`;
  const clients: SignalClient[] = [];
  try {
    for (let index = 0; index < people; index++)
      clients.push(await SignalClient.join(stack.url, room, `Client ${index}`));
    return await run(clients);
  } finally {
    await Promise.all(clients.map((client) => client.leave()));
  }
}
