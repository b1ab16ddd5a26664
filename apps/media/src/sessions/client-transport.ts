import { MAX_SESSION_CHANNEL_BYTES } from '@parley/protocol/data-channels';
import type { WebRtcTransport } from 'mediasoup/types';
import { LOW_BUFFER_BYTES } from '../data/relief-valve.ts';
import type { TrafficLedger } from '../telemetry/traffic-ledger.ts';
import type { RoomRouter } from '../workers/media-worker.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionMeter } from './session-meter.ts';
import { type TransportState, transportState } from './transport-state.ts';

/** A client that has checked nothing for this long is gone (RFC 7675 §5.1); one that closes says so itself. */
const ICE_CONSENT_SECONDS = 30;

/** What waits for a client, and what of its messages has not come whole, is bounded. */
const SCTP = {
  enableSctp: true,
  maxReceiveMessageSize: MAX_SESSION_CHANNEL_BYTES,
  sctpMaxReceiverWindowBufferSize: 4 * MAX_SESSION_CHANNEL_BYTES,
  sctpPerStreamSendQueueLimit: 1024 * 1024,
  sctpDefaultStreamBufferedAmountLowThreshold: LOW_BUFFER_BYTES,
};

/** The server's end of one of a client's PeerConnections. Whoever opens it closes it. */
export class ClientTransport {
  readonly transport: WebRtcTransport;
  readonly #ledger: TrafficLedger;
  readonly #meter: SessionMeter;
  #connected = false;

  private constructor(transport: WebRtcTransport, ledger: TrafficLedger, meter: SessionMeter) {
    this.transport = transport;
    this.#ledger = ledger;
    this.#meter = meter;
  }

  /**
   * @param onState called at each change of {@link state}, not for its own closing
   * @param options.data whether it is to have SCTP: of a client that does not expect it the worker would ask in vain
   * @param options.startBitrate where the estimate of what the client can be sent starts, bit/s. mediasoup takes it for the least
   *   upper bound of the estimate as well, so it has to be above its floor
   */
  static async open(
    { router, webRtcServer }: RoomRouter,
    { ledger, meter }: Pick<SessionContext, 'ledger' | 'meter'>,
    onState: () => void,
    { data = false, startBitrate }: { data?: boolean; startBitrate?: number } = {},
  ): Promise<ClientTransport> {
    const transport = await router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: ICE_CONSENT_SECONDS,
      ...(startBitrate !== undefined && { initialAvailableOutgoingBitrate: startBitrate }),
      ...(data && SCTP),
    });
    ledger.open(transport);
    transport.on('icestatechange', onState);
    transport.on('dtlsstatechange', onState);
    return new ClientTransport(transport, ledger, meter);
  }

  get state(): TransportState {
    const { iceState, dtlsState } = this.transport;
    return transportState(iceState, dtlsState);
  }

  /** Starts DTLS with the client's fingerprint; later calls do nothing. */
  async connect(dtlsParameters: WebRtcTransport['dtlsParameters']): Promise<void> {
    if (this.#connected) return;
    await this.transport.connect({ dtlsParameters });
    this.#connected = true;
  }

  /** Closes it with its producers and consumers. */
  close(): void {
    this.#meter.closing(this.#ledger.close(this.transport));
    this.transport.close();
  }
}

/** A new `o=` session id: up to 19 digits, the same for the life of a PeerConnection (RFC 8829 §5.2.1). */
export function newSessionId(): string {
  return crypto.getRandomValues(new BigUint64Array(1)).join('').slice(0, 18);
}
