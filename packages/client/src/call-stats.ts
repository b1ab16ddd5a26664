import type { Source } from '@parley/protocol/grants';

/** One video stream as the browser sends or decodes it. */
export interface VideoStats {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** What a call sends and receives. Byte counts are totals: divide their difference by the time between two calls. */
export interface CallStats {
  /** Milliseconds, `performance.now()`. */
  readonly at: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Of audio and video received, since the beginning. */
  readonly packetsLost: number;
  /** Milliseconds to the media node and back; undefined until it was measured. */
  readonly roundTripTime: number | undefined;
  /** The layers that are sent now, smallest first. */
  readonly sent: readonly (VideoStats & { readonly source: Source; readonly rid: string | undefined })[];
  /** The video that is received, by track id. */
  readonly received: ReadonlyMap<string, VideoStats>;
}

/** One entry of a browser's report; its members are read by name since TypeScript's DOM types know only some. */
export type StatsEntry = Readonly<Record<string, unknown>>;

/**
 * Reads two reports of the browser (W3C webrtc-stats).
 *
 * @param sources by mid of the send PeerConnection
 * @param tracks track ids by mid of the receive PeerConnection
 */
export function readStats(
  at: number,
  sending: Iterable<StatsEntry>,
  receiving: Iterable<StatsEntry>,
  sources: ReadonlyMap<string, Source>,
  tracks: ReadonlyMap<string, string>,
): CallStats {
  const outbound = [...sending];
  const inbound = [...receiving];
  const videoIn = inbound.filter(isVideo('inbound-rtp'));
  return {
    at,
    bytesSent: sum(outbound, 'outbound-rtp', 'bytesSent'),
    bytesReceived: sum(inbound, 'inbound-rtp', 'bytesReceived'),
    packetsLost: sum(inbound, 'inbound-rtp', 'packetsLost'),
    roundTripTime: roundTripTime([...outbound, ...inbound]),
    sent: outbound
      .filter(isVideo('outbound-rtp'))
      .flatMap((report) => {
        const source = sources.get(String(report.mid));
        const rid = typeof report.rid === 'string' ? report.rid : undefined;
        return source === undefined || report.active === false
          ? []
          : [{ source, rid, ...videoStats(report) }];
      })
      .sort((a, b) => a.width - b.width),
    received: new Map(
      videoIn.flatMap((report) => {
        const trackId = tracks.get(String(report.mid));
        return trackId === undefined ? [] : [[trackId, videoStats(report)]];
      }),
    ),
  };
}

function isVideo(type: string): (report: StatsEntry) => boolean {
  return (report) => report.type === type && report.kind === 'video';
}

function videoStats(report: StatsEntry): VideoStats {
  return {
    width: number(report.frameWidth),
    height: number(report.frameHeight),
    framesPerSecond: number(report.framesPerSecond),
  };
}

function sum(reports: readonly StatsEntry[], type: string, member: string): number {
  return reports.reduce((total, report) => total + (report.type === type ? number(report[member]) : 0), 0);
}

function roundTripTime(reports: readonly StatsEntry[]): number | undefined {
  const times = reports.flatMap((report) =>
    report.type === 'candidate-pair' &&
    report.nominated === true &&
    typeof report.currentRoundTripTime === 'number'
      ? [report.currentRoundTripTime * 1000]
      : [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** A member that is a number; 0 where the browser does not have it. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
