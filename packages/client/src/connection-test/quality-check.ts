import type { Check } from './check.ts';
import { type Findings, PASSED } from './result.ts';
import type { RtcFigures } from './rtc-stats.ts';
import { sleep } from './until.ts';

const SECONDS = 5;
/** Shares of packets: what calls conceal, and what they do not. */
const LOSS = { warning: 0.03, failed: 0.15 } as const;
/** Milliseconds. */
const ROUND_TRIP = { warning: 300, failed: 1_000 } as const;
const JITTER = 60;
/** Bit/s, of picture and sound. */
const LITTLE = 150_000;

/** How good the way is: watches the call for some seconds. */
export const qualityCheck: Check<'quality'> = {
  name: 'quality',
  needs: 'publish',
  async find({ sender, receiver, signal }) {
    const look = async () => ({
      up: await sender?.figures('sending'),
      down: receiver && (await receiver.figures('receiving')),
    });
    const before = await look();
    await sleep(SECONDS * 1000, signal);
    const after = await look();
    return {
      seconds: SECONDS,
      ...(before.up && after.up ? up(before.up, after.up) : { lossUp: 1, bitrateUp: 0 }),
      ...(before.down && after.down && down(before.down, after.down)),
    };
  },
  judge({ lossUp, lossDown = 0, roundTripMs = 0, jitterUpMs = 0, jitterDownMs = 0, bitrateUp }) {
    const loss = Math.max(lossUp, lossDown);
    if (loss > LOSS.failed) return { outcome: 'failed', reason: 'loss' };
    if (roundTripMs > ROUND_TRIP.failed) return { outcome: 'failed', reason: 'latency' };
    if (loss > LOSS.warning) return { outcome: 'warning', reason: 'loss' };
    if (roundTripMs > ROUND_TRIP.warning) return { outcome: 'warning', reason: 'latency' };
    if (Math.max(jitterUpMs, jitterDownMs) > JITTER) return { outcome: 'warning', reason: 'jitter' };
    return bitrateUp >= LITTLE ? PASSED : { outcome: 'warning', reason: 'low-bitrate' };
  },
};

type Quality = Findings['quality'];

/** @internal For its test. */
export function up(
  before: RtcFigures,
  after: RtcFigures,
): Pick<Quality, 'roundTripMs' | 'lossUp' | 'jitterUpMs' | 'bitrateUp'> {
  return {
    ...(after.roundTripMs !== undefined && { roundTripMs: after.roundTripMs }),
    lossUp: share((after.remoteLost ?? 0) - (before.remoteLost ?? 0), after.packetsSent - before.packetsSent),
    ...(after.remoteJitterMs !== undefined && { jitterUpMs: after.remoteJitterMs }),
    bitrateUp: bitrate(after.bytesSent - before.bytesSent, after.at - before.at),
  };
}

/** @internal For its test. */
export function down(
  before: RtcFigures,
  after: RtcFigures,
): Pick<Quality, 'lossDown' | 'jitterDownMs' | 'bitrateDown'> {
  const lost = after.packetsLost - before.packetsLost;
  return {
    lossDown: share(lost, lost + after.packetsReceived - before.packetsReceived),
    ...(after.jitterMs !== undefined && { jitterDownMs: after.jitterMs }),
    bitrateDown: bitrate(after.bytesReceived - before.bytesReceived, after.at - before.at),
  };
}

/** Retransmissions make less than nothing of what was lost. */
function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}

function bitrate(bytes: number, ms: number): number {
  return ms <= 0 ? 0 : (bytes * 8000) / ms;
}
