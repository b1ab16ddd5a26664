import type { MediaState, SessionReport } from '@parley/protocol/link-messages';
import type { ConsumerStat, ProducerStat } from 'mediasoup/types';
import { LossAccount } from '../telemetry/loss-account.ts';
import type { Carried } from '../telemetry/traffic-ledger.ts';
import type { PublishedTrack } from './published-track.ts';
import type { Subscription } from './subscription.ts';

type Stat = ConsumerStat | ProducerStat;

/** In a big room a session has hundreds of subscriptions, over one way: so many tell enough of it. */
const MAX_ASKED = 4;

/** What one session was like: what its transports have carried, and how long media was connected. */
export class SessionMeter {
  readonly #openedAt: number;
  /** Transports that are closed and not counted yet. */
  readonly #closing = new Set<Promise<void>>();
  readonly #lossReceived = new LossAccount();
  readonly #lossSent = new LossAccount();
  #bytesReceived = 0;
  #bytesSent = 0;
  #firstConnectedAt: number | undefined;
  #connectedSince: number | undefined;
  #connectedMs = 0;

  /** @param now milliseconds of a monotonic clock, here and below */
  constructor(now: number) {
    this.#openedAt = now;
  }

  /** One of the session's transports is being closed. */
  closing(carried: Promise<Carried | undefined>): void {
    const counted = carried.then((one) => {
      this.#closing.delete(counted);
      if (one !== undefined) this.#count(one);
    });
    this.#closing.add(counted);
  }

  /** The session's media state has changed. */
  state(state: MediaState, now: number): void {
    if (state === 'connected') {
      this.#firstConnectedAt ??= now;
      this.#connectedSince ??= now;
    } else this.#stop(now);
  }

  /**
   * Ends the measurement. To be called before tracks are closed, of which the worker is asked for the last time, and awaited
   * after that.
   */
  async report(
    published: readonly PublishedTrack[],
    subscriptions: readonly Subscription[],
    now: number,
  ): Promise<SessionReport> {
    this.#stop(now);
    const asked = subscriptions.slice(0, MAX_ASKED);
    const [incoming, outgoing] = await Promise.all([
      streams(published.map(({ producer }) => producer.getStats())),
      streams(asked.map(({ consumer }) => consumer.getStats())),
    ]);
    const sent = outgoing.filter(({ type }) => type === 'outbound-rtp');
    await Promise.all(this.#closing);
    const lossReceived = this.#lossReceived.share ?? lost(incoming);
    const lossSent = this.#lossSent.share ?? lost(sent);
    const roundTripTimeMs = roundTripTime([...sent, ...incoming]);
    return {
      ...(this.#firstConnectedAt !== undefined && {
        connectMs: Math.round(this.#firstConnectedAt - this.#openedAt),
      }),
      connectedMs: Math.round(this.#connectedMs),
      bytesReceived: this.#bytesReceived,
      bytesSent: this.#bytesSent,
      ...(lossReceived !== undefined && { lossReceived }),
      ...(lossSent !== undefined && { lossSent }),
      ...(roundTripTimeMs !== undefined && { roundTripTimeMs }),
    };
  }

  #count({ rtpReceived, rtpSent, lossReceived, lossSent }: Carried): void {
    this.#bytesReceived += rtpReceived;
    this.#bytesSent += rtpSent;
    this.#lossReceived.add(lossReceived, rtpReceived);
    this.#lossSent.add(lossSent, rtpSent);
  }

  #stop(now: number): void {
    if (this.#connectedSince !== undefined) this.#connectedMs += now - this.#connectedSince;
    this.#connectedSince = undefined;
  }
}

/** What the worker says; nothing of tracks that are gone. */
async function streams(asked: readonly Promise<Stat[]>[]): Promise<Stat[]> {
  const answers = await Promise.allSettled(asked);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

/** Of clients without transport-wide feedback: what their last tracks tell (RFC 3550 §6.4.1). */
function lost(stats: readonly Stat[]): number | undefined {
  const packets = stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
  // Duplicates can make it negative.
  const missing = stats.reduce((sum, { packetsLost }) => sum + Math.max(0, packetsLost), 0);
  return packets === 0 ? undefined : Math.min(1, missing / (packets + missing));
}

function roundTripTime(stats: readonly Stat[]): number | undefined {
  const times = stats.flatMap(({ roundTripTime: time }) => (time === undefined || time <= 0 ? [] : [time]));
  return times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0) / times.length;
}
