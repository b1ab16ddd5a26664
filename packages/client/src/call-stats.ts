import type { Source } from '@parley/protocol/grants';
import type { MediaKind } from '@parley/protocol/track';

/** One RTP stream, over the time since the measurement before. */
export interface StreamStats {
  readonly kind: MediaKind;
  /** `VP8`, `opus`, …; undefined until the browser knows. */
  readonly codec: string | undefined;
  /** Bit/s, without headers and repetitions; 0 in the first measurement of a stream. */
  readonly bitrate: number;
  /** Packets sent, or those that should have been received. */
  readonly packets: number;
  /** Share of the packets that were lost on the way, before repair, 0–1. */
  readonly loss: number;
  /** Of the time between packets, ms (RFC 3550 §6.4.1). */
  readonly jitter: number;
  /** As sent or decoded, pixels; 0 for sound. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** A layer of one's own: loss and jitter are what the media node reports. */
export interface SentStats extends StreamStats {
  readonly source: Source;
  /** The layer's name where there are several. */
  readonly rid: string | undefined;
  /** What keeps the browser from sending more (W3C webrtc-stats): `none`, `cpu`, `bandwidth` or `other`. */
  readonly limitedBy: string;
}

/** A track of somebody else's. The size tells the layer. */
export interface ReceivedStats extends StreamStats {
  readonly trackId: string;
  readonly participantId: string;
  readonly source: Source;
  /** How long packets wait for those that are late, ms. */
  readonly jitterBufferDelay: number;
  /** Freezes of the picture that ended. */
  readonly freezes: number;
  /** Share of the sound that was made up for what was missing, 0–1; silence that nobody sent is not counted. */
  readonly concealed: number;
}

/** The way of one PeerConnection to the media node. */
export interface ConnectionStats {
  readonly state: RTCPeerConnectionState;
  /** Milliseconds to the node and back; undefined until it was measured. */
  readonly roundTripTime: number | undefined;
  /** What the browser believes the way to carry, bit/s; undefined where it does not tell (Firefox). */
  readonly availableOutgoingBitrate: number | undefined;
  /** `host`, `srflx`, `prflx` or `relay` (RFC 8445) on this side and on the node's. */
  readonly localCandidate: string | undefined;
  readonly remoteCandidate: string | undefined;
  /** To the node; or to the TURN server where `localCandidate` is `relay`: `udp`, `tcp` or `tls`. */
  readonly protocol: string | undefined;
}

/** What a call sends and receives, and how. */
export interface CallStats {
  /** Milliseconds, `performance.now()`. */
  readonly at: number;
  readonly sending: ConnectionStats;
  readonly receiving: ConnectionStats;
  /** Layers that are sent, smallest first, and sound. */
  readonly sent: readonly SentStats[];
  /** By track id. */
  readonly received: ReadonlyMap<string, ReceivedStats>;
}

/** One entry of a browser's report; its members are read by name since TypeScript's DOM types know only some. */
export type StatsEntry = Readonly<Record<string, unknown>>;

/** A browser's report of one PeerConnection. */
export interface ConnectionReport {
  readonly state: RTCPeerConnectionState;
  readonly entries: ReadonlyMap<string, StatsEntry>;
}

/** Both reports of a media session, and what their m-lines are. */
export interface SessionReport {
  /** Counters begin anew with each session. */
  readonly session: number;
  /** Milliseconds, `performance.now()`. */
  readonly at: number;
  readonly sending: ConnectionReport;
  readonly receiving: ConnectionReport;
  /** By mid of the PeerConnection that sends. */
  readonly sources: ReadonlyMap<string, Source>;
  /** By mid of the one that receives. */
  readonly tracks: ReadonlyMap<string, Pick<ReceivedStats, 'trackId' | 'participantId' | 'source'>>;
}

/**
 * Reads what browsers report (W3C webrtc-stats). Pure.
 *
 * @param before an earlier report of the same media session: rates are those since then
 */
export function readStats(now: SessionReport, before?: SessionReport): CallStats {
  const { at, sending, receiving, sources, tracks } = now;
  const sent = streams(sending, before?.sending, 'outbound-rtp').flatMap(({ is, was, mid }) => {
    const source = sources.get(mid);
    return source === undefined || is['active'] === false ? [] : [readSent(source, is, was, sending)];
  });
  const received = streams(receiving, before?.receiving, 'inbound-rtp').flatMap(({ is, was, mid }) => {
    const track = tracks.get(mid);
    return track === undefined ? [] : [{ ...track, ...readReceived(is, was, receiving) }];
  });
  return {
    at,
    sending: readConnection(sending),
    receiving: readConnection(receiving),
    sent: sent.sort((a, b) => a.width - b.width),
    received: new Map(received.map((stats) => [stats.trackId, stats])),
  };
}

interface Stream {
  readonly mid: string;
  readonly is: StatsEntry;
  readonly was: StatsEntry | undefined;
}

function streams(now: ConnectionReport, before: ConnectionReport | undefined, type: string): Stream[] {
  return [...now.entries.values()]
    .filter((entry) => entry['type'] === type)
    .map((is) => ({ is, was: before?.entries.get(String(is['id'])), mid: String(is['mid']) }));
}

function readSent(
  source: Source,
  is: StatsEntry,
  was: StatsEntry | undefined,
  report: ConnectionReport,
): SentStats {
  const told = find(report, is['remoteId']);
  return {
    source,
    rid: text(is['rid']),
    limitedBy: text(is['qualityLimitationReason']) ?? 'none',
    ...readStream(is, report),
    bitrate: bitrate(is, was, 'bytesSent'),
    packets: grown(is, was, 'packetsSent'),
    loss: number(told['fractionLost']),
    jitter: number(told['jitter']) * 1000,
  };
}

function readReceived(is: StatsEntry, was: StatsEntry | undefined, report: ConnectionReport) {
  const lost = grown(is, was, 'packetsLost');
  const packets = lost + grown(is, was, 'packetsReceived');
  // Silence where nothing was sent is nobody's loss.
  const concealed = grown(is, was, 'concealedSamples') - grown(is, was, 'silentConcealedSamples');
  return {
    ...readStream(is, report),
    bitrate: bitrate(is, was, 'bytesReceived'),
    packets,
    loss: share(lost, packets),
    jitter: number(is['jitter']) * 1000,
    jitterBufferDelay:
      1000 * ratio(grown(is, was, 'jitterBufferDelay'), grown(is, was, 'jitterBufferEmittedCount')),
    freezes: grown(is, was, 'freezeCount'),
    concealed: share(concealed, grown(is, was, 'totalSamplesReceived')),
  };
}

function readStream(
  is: StatsEntry,
  report: ConnectionReport,
): Pick<StreamStats, 'kind' | 'codec' | 'width' | 'height' | 'framesPerSecond'> {
  return {
    kind: is['kind'] === 'audio' ? 'audio' : 'video',
    codec: text(find(report, is['codecId'])['mimeType'])?.split('/')[1],
    width: number(is['frameWidth']),
    height: number(is['frameHeight']),
    framesPerSecond: number(is['framesPerSecond']),
  };
}

function readConnection(report: ConnectionReport): ConnectionStats {
  const transport = [...report.entries.values()].find(({ type }) => type === 'transport') ?? {};
  const pair = find(report, transport['selectedCandidatePairId']);
  const local = find(report, pair['localCandidateId']);
  const rtt = pair['currentRoundTripTime'];
  const available = pair['availableOutgoingBitrate'];
  return {
    state: report.state,
    roundTripTime: typeof rtt === 'number' ? rtt * 1000 : undefined,
    availableOutgoingBitrate: typeof available === 'number' ? available : undefined,
    localCandidate: text(local['candidateType']),
    remoteCandidate: text(find(report, pair['remoteCandidateId'])['candidateType']),
    protocol: text(local['relayProtocol']) ?? text(local['protocol']),
  };
}

function find(report: ConnectionReport, id: unknown): StatsEntry {
  return report.entries.get(String(id)) ?? {};
}

/** By how much a counter has grown. Nothing is known of what was before the first look, and counters do not go back. */
function grown(is: StatsEntry, was: StatsEntry | undefined, member: string): number {
  return was === undefined ? 0 : Math.max(0, number(is[member]) - number(was[member]));
}

function bitrate(is: StatsEntry, was: StatsEntry | undefined, member: string): number {
  const seconds = (number(is['timestamp']) - number(was?.['timestamp'])) / 1000;
  return Math.round(8 * ratio(grown(is, was, member), seconds));
}

function share(part: number, whole: number): number {
  return Math.min(1, Math.max(0, ratio(part, whole)));
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A member that is a number; 0 where the browser does not have it. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
