import {
  DATA_CHANNELS,
  type DataChannelParameters,
  type DataReliability,
  readDataFrame,
  writeDataFrame,
} from '@parley/protocol/data-channels';
import { DataMessage } from '@parley/protocol/data-messages';
import { Inbox, until } from '@parley/service/testing/inbox';
import type nodeDataChannel from 'node-datachannel';
import type { DataChannel } from 'node-datachannel';

/** A data message as it has come. */
export interface TestMessage extends DataMessage {
  reliability: DataReliability;
  payload: Buffer;
}

/** The data channels of a peer, negotiated as the protocol says. */
export class TestData {
  readonly received = new Inbox<TestMessage>();
  /** What came on the session's channel. */
  readonly texts = new Inbox<string>();
  readonly #channels: Record<keyof typeof DATA_CHANNELS, DataChannel>;

  constructor(connection: InstanceType<typeof nodeDataChannel.PeerConnection>) {
    const open = ({ id, label, ordered, ...rest }: DataChannelParameters) =>
      connection.createDataChannel(label, { negotiated: true, id, unordered: !ordered, ...rest });
    this.#channels = {
      session: open(DATA_CHANNELS.session),
      reliable: open(DATA_CHANNELS.reliable),
      lossy: open(DATA_CHANNELS.lossy),
    };
    this.#channels.session.onMessage((text) => {
      if (typeof text === 'string') this.texts.push(text);
    });
    for (const reliability of ['reliable', 'lossy'] as const) {
      this.#channels[reliability].onMessage((frame) => {
        if (!(frame instanceof Uint8Array || frame instanceof ArrayBuffer)) return;
        const { header, payload } = readDataFrame(new Uint8Array(frame));
        this.received.push({ ...DataMessage.parse(header), reliability, payload: Buffer.from(payload) });
      });
    }
  }

  async opened(): Promise<void> {
    await until(
      () => Object.values(this.#channels).every((channel) => channel.isOpen()),
      'the channels are open',
    );
  }

  send(reliability: DataReliability, header: object, payload: Uint8Array | string): void {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    this.sendFrame(reliability, writeDataFrame(header, bytes));
  }

  /** Says something on the session's channel. */
  say(text: string): void {
    this.#channels.session.sendMessage(text);
  }

  /** Sends what may be no frame at all; text as text. */
  sendFrame(reliability: DataReliability, frame: Uint8Array | string): void {
    const channel = this.#channels[reliability];
    if (typeof frame === 'string') channel.sendMessage(frame);
    else channel.sendMessageBinary(Buffer.from(frame));
  }
}
