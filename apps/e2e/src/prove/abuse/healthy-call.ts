import { Bot } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import type { ReceivedTrack } from '@parley/bots/received-track';

/** What a call was like for a while. */
export interface CallFigures {
  seconds: number;
  packets: number;
  lost: number;
  /** The longest time without a packet of a track. */
  longestPauseMs: number;
}

/** Two participants, each with camera and microphone, one over each carrier: what abuse must not touch. */
export class HealthyCall {
  readonly bots: readonly Bot[];

  private constructor(bots: readonly Bot[]) {
    this.bots = bots;
  }

  /** Starts it, and waits until everybody sees and hears the other. */
  static async start(edgeUrl: string, room: string): Promise<HealthyCall> {
    const common = { edgeUrl, room, publish: ['microphone', 'camera'] as const };
    const call = new HealthyCall([
      new Bot({ ...common, name: 'Ann', carrier: 'relay' }),
      new Bot({ ...common, name: 'Bob', carrier: 'direct' }),
    ]);
    try {
      await Promise.all(call.bots.map(async (bot) => await bot.join()));
      await Promise.all(call.bots.map(async (bot) => await bot.ready()));
      for (const bot of call.bots) await call.reaches(bot);
      return call;
    } catch (error) {
      call.close();
      throw error;
    }
  }

  /** Ids of participants and tracks. */
  get ids(): string[] {
    return this.bots.flatMap(({ participantId, published }) => [participantId, ...published.values()]);
  }

  /** ICE user names of the node's ends. */
  get ufrags(): string[] {
    const said = this.bots.flatMap(({ events }) => [...events.since(0)]);
    return said.flatMap((message) =>
      'sdp' in message ? (/a=ice-ufrag:(\S+)/.exec(message.sdp)?.[1] ?? []) : [],
    );
  }

  /** Waits until a bot gets media of all the others. @throws {Error} when it does not */
  async reaches(bot: Bot): Promise<void> {
    const others = this.bots
      .filter((other) => other !== bot)
      .flatMap(({ published }) => [...published.values()]);
    await until(
      () => others.every((id) => (bot.received.get(id)?.packets ?? 0) > 20),
      `${bot.options.name} gets the ${others.length} tracks of the call`,
      { ms: 30_000, state: () => JSON.stringify(bot.figures().tracks) },
    );
  }

  /** Begins to measure; the function that it returns tells what came since. */
  measure(): () => CallFigures {
    const start = performance.now();
    const tracks = this.#tracks();
    const sum = (of: (track: ReceivedTrack) => number) =>
      tracks.reduce((total, track) => total + of(track), 0);
    const packets = sum((track) => track.packets);
    const lost = sum((track) => track.lost);
    for (const track of tracks) track.longestPause = 0;
    return () => {
      const now = performance.now();
      return {
        seconds: (now - start) / 1000,
        packets: sum((track) => track.packets) - packets,
        lost: sum((track) => track.lost) - lost,
        // Also of a track that has ended for good.
        longestPauseMs: Math.max(
          ...tracks.map((t) => Math.max(t.longestPause, now - (t.lastPacketAt ?? start))),
        ),
      };
    };
  }

  /** What should not have come to pass, besides lost packets. */
  get harm(): string[] {
    return this.bots.flatMap((bot) => {
      const { options, problems, reconnects, ended, isReady, carrier, session } = bot;
      const { name } = options;
      return [
        ...problems.map((problem) => `${name}: ${problem}`),
        ...reconnects.map(({ how }) => `${name} lost the room's socket and came back: ${how}`),
        ...(ended === undefined ? [] : [`${name} is out: ${ended}`]),
        ...(isReady ? [] : [`${name} does not publish any more`]),
        ...(carrier === options.carrier ? [] : [`${name} is carried by ${carrier}, not ${options.carrier}`]),
        ...(session === 1 ? [] : [`${name} is in session ${session}, not the first`]),
      ];
    });
  }

  /** How often a stream has started anew. */
  get restarts(): number {
    return this.#tracks().reduce((sum, { restarts }) => sum + restarts, 0);
  }

  close(): void {
    for (const bot of this.bots) bot.close();
  }

  /** What the two get of each other. */
  #tracks(): ReceivedTrack[] {
    const own = new Set(this.bots.map(({ participantId }) => participantId));
    return this.bots.flatMap(({ received }) =>
      [...received.values()].filter((t) => own.has(t.participantId)),
    );
  }
}
