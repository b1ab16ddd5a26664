// Runs in the browser: sends and receives data, through the SDK or by hand as packages/protocol/README.md says.
import type { Call } from '@parley/client/call';
import { CallError } from '@parley/client/call-error';
import { connect } from '@parley/client/connect';
import type { DataOptions } from '@parley/client/data-messages';

/** A data message as a tab has received it. */
export interface Received {
  from: string;
  topic?: string;
  reliable: boolean;
  text?: string;
  /** Of a payload that is no text, and how it begins and ends. */
  bytes?: number;
  ends?: number[];
}

/** What the page offers to Playwright. */
export interface DataTab {
  received: Received[];
  /** Codes of the errors that the server sent. */
  errors: string[];
  /** Joins through the SDK. @returns one's own id */
  join(room: string, name: string, carrier?: 'auto' | 'relay'): Promise<string>;
  /** Sends the microphone. */
  speak(): Promise<void>;
  /** Of the call. */
  state(): string | undefined;
  /** Asks the node for something that it refuses, and waits for that. */
  ask(): Promise<void>;
  /** @param payload text, or so many bytes. @returns the code with which the SDK refuses it */
  send(payload: string | number, options?: DataOptions): string | undefined;
  /** Joins with a WebSocket and a RTCPeerConnection, without the SDK. Resolves when its channels are open. */
  joinByHand(room: string, name: string): Promise<string>;
  sendByHand(text: string, header: object): void;
}

let call: Call | undefined;
let channel: RTCDataChannel | undefined;
let refused: (() => void) | undefined;

function receive(from: string, payload: string | Uint8Array, reliable: boolean, topic?: string): void {
  const content =
    typeof payload === 'string'
      ? { text: payload }
      : { bytes: payload.length, ends: [payload[0] ?? -1, payload.at(-1) ?? -1] };
  tab.received.push({ from, reliable, ...(topic !== undefined && { topic }), ...content });
}

const tab: DataTab = {
  received: [],
  errors: [],

  async join(room, name, carrier = 'auto') {
    call = await connect(location.origin, { room, name, carrier });
    call.on('data', ({ from, payload, reliable, topic }) => receive(from, payload, reliable, topic));
    call.on('error', ({ code }) => {
      if (code === 'track_not_found') refused?.();
      else this.errors.push(code);
    });
    return call.participantId;
  },

  state() {
    return call?.state;
  },

  async speak() {
    await call?.setMicrophoneEnabled(true);
  },

  ask() {
    const done = Promise.withResolvers<void>();
    refused = done.resolve;
    call?.updateQuality('low', 'nobody’s track');
    return done.promise;
  },

  send(payload, options) {
    const content =
      typeof payload === 'string' ? payload : Uint8Array.from({ length: payload }, (_, index) => index % 251);
    try {
      call?.sendData(content, options);
      return undefined;
    } catch (error) {
      if (error instanceof CallError) return error.code;
      throw error;
    }
  },

  async joinByHand(room, name) {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws`);
    const connection = new RTCPeerConnection();
    channel = connection.createDataChannel('data', { negotiated: true, id: 1 });
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      const length = new DataView(data).getUint16(0);
      const header = JSON.parse(new TextDecoder().decode(data.slice(2, 2 + length))) as {
        from: string;
        topic?: string;
        text?: boolean;
      };
      const payload = new Uint8Array(data.slice(2 + length));
      receive(header.from, header.text ? new TextDecoder().decode(payload) : payload, true, header.topic);
    };
    const opened = Promise.withResolvers<string>();
    let id = '';
    channel.onopen = () => opened.resolve(id);
    socket.onopen = () => socket.send(JSON.stringify({ type: 'join', roomId: room, participantName: name }));
    socket.onmessage = async ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as { type: string; sdp: string; code: string; participantId: string };
      if (message.type === 'joined') id = message.participantId;
      if (message.type === 'request-offer') {
        await connection.setLocalDescription(await connection.createOffer());
        socket.send(JSON.stringify({ type: 'offer', sdp: connection.localDescription?.sdp }));
      }
      if (message.type === 'answer')
        await connection.setRemoteDescription({ type: 'answer', sdp: message.sdp });
      if (message.type === 'error') tab.errors.push(message.code);
    };
    return await opened.promise;
  },

  sendByHand(text, header) {
    const json = new TextEncoder().encode(JSON.stringify(header));
    const payload = new TextEncoder().encode(text);
    channel?.send(new Uint8Array([json.length >> 8, json.length & 255, ...json, ...payload]));
  },
};

Object.assign(globalThis, { tab });
