import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Bot } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import { ReceivedTrack } from '@parley/bots/received-track';
import { SentStream } from '@parley/bots/sent-stream';

/** Packets of sound a second: each is one look at the worker's queue. */
const RATE = 200;
const FILE = fileURLToPath(import.meta.url);

/**
 * Two bots in a room and a process of their own, which has nothing else to do: one sends sound, the other receives it. How long each
 * packet takes is told by its RTP time, which a node leaves as it is.
 */
export class DelayProbe {
  readonly #child: ReturnType<typeof fork>;

  private constructor(child: ReturnType<typeof fork>) {
    this.#child = child;
  }

  /** Resolves when packets arrive. @throws {Error} when it ends before */
  static async open(edgeUrl: string): Promise<DelayProbe> {
    const child = fork(FILE, [edgeUrl], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the probe of delays ended with ${code}`);
    });
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    return new DelayProbe(child);
  }

  /** Of the packets that came since this was last asked, ms. */
  async take(): Promise<number[]> {
    this.#child.send('take');
    const [delays] = (await once(this.#child, 'message')) as [number[]];
    return delays;
  }

  async close(): Promise<void> {
    const exit = once(this.#child, 'exit');
    // It ends with the channel.
    this.#child.disconnect();
    await exit;
  }
}

/** Looks at every packet of this process on its way out and in. Its streams are of sound: a packet a frame. */
function watchPackets(onDelay: (ms: number) => void): void {
  const sentAt = new Map<number, number>();
  const send = SentStream.prototype.send;
  SentStream.prototype.send = function (now) {
    sentAt.set(this.timestamp, performance.now());
    send.call(this, now);
  };
  const count = ReceivedTrack.prototype.count;
  ReceivedTrack.prototype.count = function (packet, now) {
    const at = sentAt.get(packet.readUInt32BE(4));
    if (at !== undefined) onDelay(performance.now() - at);
    sentAt.delete(packet.readUInt32BE(4));
    count.call(this, packet, now);
  };
}

if (import.meta.main) {
  const [edgeUrl = ''] = process.argv.slice(2);
  let delays: number[] = [];
  watchPackets((ms) => delays.push(ms));
  const room = `delay-${crypto.randomUUID()}`;
  const receiver = new Bot({ edgeUrl, room, name: 'Receiver' });
  const sender = new Bot({ edgeUrl, room, name: 'Sender', publish: ['microphone'], audioRate: RATE });
  for (const bot of [receiver, sender]) await bot.join();
  await sender.ready();
  await until(() => delays.length > RATE, 'packets arrive', { ms: 30_000 });
  process.send?.('ready');
  process.on('message', () => {
    process.send?.(delays);
    delays = [];
  });
  process.once('disconnect', () => {
    for (const bot of [receiver, sender]) bot.close();
    // libdatachannel's threads would keep the process.
    process.exit();
  });
}
