import type { BotFigures, Reconnect } from './bot-figures.ts';
import { noSignalling, type SignallingCounts } from './bot-socket.ts';

/** What has come to pass with many bots; plain data, that goes between processes. */
export interface FleetFigures {
  /** How many there are to be. */
  bots: number;
  /** In the room, and publishing what they are to publish. */
  ready: number;
  /** How many did not get in, or are out again, by reason. */
  failed: Record<string, number>;
  /** What should not have happened to those that are in: error messages, failed negotiations. */
  problems: Record<string, number>;
  sentPackets: number;
  /** Tracks that were offered to bots, and those of them of which nothing has come. */
  tracks: number;
  silentTracks: number;
  receivedPackets: number;
  lostPackets: number;
  /** The longest time without a packet on any track, ms. */
  longestPauseMs: number;
  /** From `join` to `joined`, of each bot. */
  joinMs: number[];
  /** From `join` to the first packet, of each bot that has got one. */
  firstPacketMs: number[];
  reconnects: Reconnect[];
  signalling: { room: SignallingCounts; direct: SignallingCounts };
}

export function noFigures(bots = 0): FleetFigures {
  return {
    bots,
    ready: 0,
    failed: {},
    problems: {},
    sentPackets: 0,
    tracks: 0,
    silentTracks: 0,
    receivedPackets: 0,
    lostPackets: 0,
    longestPauseMs: 0,
    joinMs: [],
    firstPacketMs: [],
    reconnects: [],
    signalling: { room: noSignalling(), direct: noSignalling() },
  };
}

/** The figures of one bot as a fleet's. */
export function figuresOf(bot: BotFigures): FleetFigures {
  const { tracks } = bot;
  const firsts = tracks.flatMap(({ firstPacketMs }) => firstPacketMs ?? []);
  return {
    bots: 1,
    ready: bot.isReady ? 1 : 0,
    failed: bot.ended === undefined ? {} : { [bot.ended]: 1 },
    problems: bot.problems.reduce((sum, problem) => addReasons(sum, { [problem]: 1 }), {}),
    sentPackets: bot.sentPackets,
    tracks: tracks.length,
    silentTracks: tracks.filter(({ packets }) => packets === 0).length,
    receivedPackets: tracks.reduce((sum, { packets }) => sum + packets, 0),
    lostPackets: tracks.reduce((sum, { lost }) => sum + lost, 0),
    longestPauseMs: Math.max(0, ...tracks.map(({ longestPauseMs }) => longestPauseMs)),
    joinMs: bot.joinMs === undefined ? [] : [bot.joinMs],
    firstPacketMs: firsts.length === 0 ? [] : [Math.min(...firsts)],
    reconnects: bot.reconnects,
    signalling: bot.signalling,
  };
}

export function mergeFigures(all: readonly FleetFigures[]): FleetFigures {
  const sum = noFigures();
  for (const one of all) {
    sum.bots += one.bots;
    sum.ready += one.ready;
    sum.failed = addReasons(sum.failed, one.failed);
    sum.problems = addReasons(sum.problems, one.problems);
    sum.sentPackets += one.sentPackets;
    sum.tracks += one.tracks;
    sum.silentTracks += one.silentTracks;
    sum.receivedPackets += one.receivedPackets;
    sum.lostPackets += one.lostPackets;
    sum.longestPauseMs = Math.max(sum.longestPauseMs, one.longestPauseMs);
    sum.joinMs.push(...one.joinMs);
    sum.firstPacketMs.push(...one.firstPacketMs);
    sum.reconnects.push(...one.reconnects);
    addSignalling(sum.signalling.room, one.signalling.room);
    addSignalling(sum.signalling.direct, one.signalling.direct);
  }
  return sum;
}

/**
 * The smallest value that at least this share of the values do not exceed (nearest rank).
 *
 * @param share between 0 and 1
 * @returns undefined of nothing
 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** One line for a terminal. */
export function progressLine(figures: FleetFigures): string {
  const failed = Object.values(figures.failed).reduce((sum, count) => sum + count, 0);
  const join = percentile(figures.joinMs, 0.95);
  return [
    `${figures.ready}/${figures.bots} ready`,
    `${failed} failed`,
    `join p95 ${join === undefined ? '–' : Math.round(join)} ms`,
    `${figures.receivedPackets} packets received, ${figures.lostPackets} lost`,
    `${figures.silentTracks} of ${figures.tracks} tracks silent`,
    `${figures.reconnects.length} reconnects`,
  ].join(', ');
}

function addReasons(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a };
  for (const [reason, count] of Object.entries(b)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

function addSignalling(sum: SignallingCounts, one: SignallingCounts): void {
  sum.sentMessages += one.sentMessages;
  sum.sentBytes += one.sentBytes;
  sum.receivedMessages += one.receivedMessages;
  sum.receivedBytes += one.receivedBytes;
}
