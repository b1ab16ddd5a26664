import { FakeDataChannel } from './fake-data-channel.ts';
import { FakeTrack } from './fake-media.ts';

interface FakeTransceiver {
  mid: string | null;
  direction: RTCRtpTransceiverDirection;
  currentDirection: RTCRtpTransceiverDirection | null;
  stop(): void;
  /** The codecs that it offers, where the SDK has said so. */
  preferred?: string[];
  setCodecPreferences(codecs: RTCRtpCodec[]): void;
  sender: {
    track: FakeTrack | null;
    replaceTrack(track: FakeTrack | null): Promise<void>;
    getParameters(): { encodings: RTCRtpEncodingParameters[] };
    setParameters(parameters: { encodings: RTCRtpEncodingParameters[] }): Promise<void>;
  };
  receiver: {
    track: FakeTrack;
    jitterBufferTarget: number | null;
    getSynchronizationSources(): { audioLevel: number; timestamp: number }[];
  };
}

/**
 * A PeerConnection without media. Its offers list their m-lines as `mid:direction`, in the server's offers and
 * answers a test writes the same; `mid:stopped` rejects one.
 */
export class FakePeerConnection {
  static all: FakePeerConnection[] = [];

  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  onconnectionstatechange: (() => void) | null = null;
  /** Every description in the order it was set, as `local offer` and so on. */
  readonly log: string[] = [];
  readonly channels: FakeDataChannel[] = [];
  #transceivers: FakeTransceiver[] = [];

  #configuration: RTCConfiguration;

  constructor(configuration: RTCConfiguration = {}) {
    this.#configuration = configuration;
    FakePeerConnection.all.push(this);
  }

  getConfiguration(): RTCConfiguration {
    return this.#configuration;
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.#configuration = configuration;
  }

  addTransceiver(track: FakeTrack, { sendEncodings = [] }: RTCRtpTransceiverInit): FakeTransceiver {
    return this.#add(track, sendEncodings);
  }

  createDataChannel(label: string, { id = -1 }: RTCDataChannelInit): FakeDataChannel {
    const channel = new FakeDataChannel(label, id);
    this.channels.push(channel);
    return channel;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.#transceivers.filter(({ currentDirection }) => currentDirection !== 'stopped');
  }

  async createOffer(): Promise<RTCSessionDescriptionInit> {
    for (const [index, transceiver] of this.#transceivers.entries()) transceiver.mid ??= String(index);
    return {
      type: 'offer',
      sdp: this.#transceivers.map(({ mid, direction }) => `${mid}:${direction}`).join(' '),
    };
  }

  async createAnswer(): Promise<RTCSessionDescriptionInit> {
    return { type: 'answer', sdp: 'answer' };
  }

  async setLocalDescription({ type }: RTCSessionDescriptionInit): Promise<void> {
    this.log.push(`local ${type}`);
    if (type === 'rollback') {
      for (const transceiver of this.#transceivers) {
        if (transceiver.currentDirection === null) transceiver.mid = null;
      }
    }
    this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
  }

  async setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
    this.log.push(`remote ${type}`);
    if (sdp === 'bad') throw new TypeError('bad SDP');
    await new Promise((resolve) => setTimeout(resolve));
    this.signalingState = type === 'offer' ? 'have-remote-offer' : 'stable';
    for (const [mid = '', direction] of sdp.split(' ').map((line) => line.split(':'))) {
      const known = this.#transceivers.find((transceiver) => transceiver.mid === mid);
      const transceiver = known ?? this.#add(new FakeTrack('video'), []);
      transceiver.mid = mid;
      transceiver.currentDirection =
        direction === 'recvonly' ? 'sendonly' : direction === 'stopped' ? 'stopped' : 'inactive';
    }
  }

  restartIce(): void {
    this.log.push('restart ICE');
  }

  interrupt(): void {
    this.connectionState = 'disconnected';
    this.onconnectionstatechange?.();
  }

  fail(): void {
    this.connectionState = 'failed';
    this.onconnectionstatechange?.();
  }

  disconnect(): void {
    this.connectionState = 'disconnected';
    this.onconnectionstatechange?.();
  }

  connect(): void {
    this.connectionState = 'connected';
    this.onconnectionstatechange?.();
  }

  async getStats(): Promise<Map<string, unknown>> {
    return new Map();
  }

  close(): void {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
    for (const channel of this.channels) channel.readyState = 'closed';
  }

  #add(track: FakeTrack, encodings: RTCRtpEncodingParameters[]): FakeTransceiver {
    let isRead = false;
    const transceiver: FakeTransceiver = {
      mid: null,
      direction: 'sendonly',
      currentDirection: null,
      stop: () => {
        this.#transceivers = this.#transceivers.filter((one) => one !== transceiver);
      },
      setCodecPreferences: (codecs) => {
        transceiver.preferred = codecs.map(({ mimeType }) => mimeType);
      },
      sender: {
        track,
        replaceTrack: async (other) => {
          transceiver.sender.track = other;
        },
        // As browsers have it: what is set was read just before, and nothing else was set since.
        getParameters: () => {
          isRead = true;
          return { encodings: structuredClone(encodings) };
        },
        setParameters: async (parameters) => {
          if (!isRead) throw new DOMException('getParameters() first', 'InvalidStateError');
          isRead = false;
          await Promise.resolve();
          encodings.splice(0, encodings.length, ...parameters.encodings);
        },
      },
      receiver: {
        track: new FakeTrack('video'),
        jitterBufferTarget: null,
        getSynchronizationSources: () => [],
      },
    };
    this.#transceivers.push(transceiver);
    return transceiver;
  }
}
