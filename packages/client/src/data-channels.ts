import {
  DATA_CHANNELS,
  type DataChannelParameters,
  type DataReliability,
} from '@parley/protocol/data-channels';
import type { SessionChannel } from './channel-way.ts';

export interface DataChannelsListener {
  /** Messages can be sent from now on. */
  opened(): void;
  frame(frame: Uint8Array, reliability: DataReliability): void;
  /** The channel for session messages has opened or closed. */
  sessionChanged(channel: SessionChannel): void;
  /** The node says something on it. */
  text(text: string): void;
}

const RELIABILITIES = ['reliable', 'lossy'] as const satisfies DataReliability[];

/** The data channels of one PeerConnection, which offers them with its first offer; it closes them. */
export class DataChannels {
  /** For session messages. */
  readonly session: SessionChannel;
  readonly #channels: Readonly<Record<DataReliability, RTCDataChannel>>;

  constructor(connection: RTCPeerConnection, listener: DataChannelsListener) {
    const { opened, frame, sessionChanged, text } = listener;
    const open = ({ label, ...parameters }: DataChannelParameters) =>
      connection.createDataChannel(label, { negotiated: true, ...parameters });
    const session = open(DATA_CHANNELS.session);
    this.session = {
      get isOpen() {
        return session.readyState === 'open';
      },
      send: (message) => session.send(message),
    };
    session.onopen = session.onclose = () => sessionChanged(this.session);
    session.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') text(data);
    };
    this.#channels = { reliable: open(DATA_CHANNELS.reliable), lossy: open(DATA_CHANNELS.lossy) };
    for (const reliability of RELIABILITIES) {
      const channel = this.#channels[reliability];
      channel.binaryType = 'arraybuffer';
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (data instanceof ArrayBuffer) frame(new Uint8Array(data), reliability);
      };
      channel.onopen = () => {
        if (this.areOpen) opened();
      };
    }
  }

  get areOpen(): boolean {
    return RELIABILITIES.every((reliability) => this.#channels[reliability].readyState === 'open');
  }

  /** Bytes that wait to be sent. */
  waiting(reliability: DataReliability): number {
    return this.#channels[reliability].bufferedAmount;
  }

  /** To be called only while they are open. */
  send(frame: Uint8Array<ArrayBuffer>, reliability: DataReliability): void {
    this.#channels[reliability].send(frame);
  }
}
