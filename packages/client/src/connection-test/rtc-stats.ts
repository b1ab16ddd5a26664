import { number, type StatsEntry } from '../call-stats.ts';
import type { Way } from './result.ts';

/** What a PeerConnection's report says together (W3C webrtc-stats). */
export interface RtcFigures {
  /** Milliseconds, `performance.now()`. */
  readonly at: number;
  /** Identity of the pair of candidates in use, and what it is. */
  readonly pairId: string | undefined;
  readonly way: Way | undefined;
  /** Of RTP. */
  readonly bytesSent: number;
  readonly packetsSent: number;
  readonly bytesReceived: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** As the other side has reported; undefined until it has. */
  readonly remoteLost: number | undefined;
  /** Milliseconds, means. */
  readonly roundTripMs: number | undefined;
  readonly remoteJitterMs: number | undefined;
  readonly jitterMs: number | undefined;
  readonly video: { readonly frames: number; readonly width: number; readonly height: number };
  readonly audioPackets: number;
}

/** Reads a browser's report. */
export function readFigures(at: number, entries: Iterable<StatsEntry>): RtcFigures {
  const all = [...entries];
  const of = (type: string) => all.filter((entry) => entry.type === type);
  const outbound = of('outbound-rtp');
  const inbound = of('inbound-rtp');
  const remote = of('remote-inbound-rtp');
  const audio = inbound.filter(({ kind }) => kind === 'audio');
  const pictures = [...inbound, ...outbound].filter(({ kind }) => kind === 'video');
  const pair = pairInUse(all);
  return {
    at,
    pairId: text(pair?.id),
    way: pair && wayOf(pair, all),
    bytesSent: sum(outbound, 'bytesSent'),
    packetsSent: sum(outbound, 'packetsSent'),
    bytesReceived: sum(inbound, 'bytesReceived'),
    packetsReceived: sum(inbound, 'packetsReceived'),
    packetsLost: sum(inbound, 'packetsLost'),
    remoteLost: remote.length === 0 ? undefined : sum(remote, 'packetsLost'),
    roundTripMs: milliseconds([pair?.currentRoundTripTime]) ?? mean(remote, 'roundTripTime'),
    remoteJitterMs: mean(remote, 'jitter'),
    jitterMs: mean(inbound, 'jitter'),
    video: {
      frames: sum(inbound, 'framesDecoded'),
      width: Math.max(0, ...pictures.map(({ frameWidth }) => number(frameWidth))),
      height: Math.max(0, ...pictures.map(({ frameHeight }) => number(frameHeight))),
    },
    audioPackets: sum(audio, 'packetsReceived'),
  };
}

function pairInUse(all: readonly StatsEntry[]): StatsEntry | undefined {
  const selected = all.find(({ type }) => type === 'transport')?.selectedCandidatePairId;
  const pairs = all.filter(({ type }) => type === 'candidate-pair');
  return (
    pairs.find(({ id }) => selected !== undefined && id === selected) ??
    pairs.find((pair) => pair.selected === true) ??
    pairs.find(({ nominated, state }) => nominated === true && state === 'succeeded')
  );
}

function wayOf(pair: StatsEntry, all: readonly StatsEntry[]): Way | undefined {
  const local = all.find(({ id }) => id !== undefined && id === pair.localCandidateId);
  const remote = all.find(({ id }) => id !== undefined && id === pair.remoteCandidateId);
  if (local === undefined) return undefined;
  const relayProtocol = text(local.relayProtocol);
  const address = text(remote?.address ?? remote?.ip);
  return {
    type: text(local.candidateType) ?? '',
    protocol: text(local.protocol) ?? '',
    ...(relayProtocol !== undefined && { relayProtocol }),
    ...(address && { family: address.includes(':') ? 'IPv6' : 'IPv4' }),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function sum(entries: readonly StatsEntry[], member: string): number {
  return entries.reduce((total, entry) => total + number(entry[member]), 0);
}

function mean(entries: readonly StatsEntry[], member: string): number | undefined {
  return milliseconds(entries.map((entry) => entry[member]));
}

/** Mean of what is there, from seconds. */
function milliseconds(seconds: readonly unknown[]): number | undefined {
  const known = seconds.filter((value) => typeof value === 'number');
  if (known.length === 0) return undefined;
  return (known.reduce((total, value) => total + value, 0) / known.length) * 1000;
}
