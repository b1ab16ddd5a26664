/**
 * Proves that the worker found on this machine does what it is for: DTLS-SRTP with a peer that is not mediasoup, in
 * both directions and both DTLS roles. A worker with the kernel TLS crash dies in the first of these tests.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker } from 'mediasoup';
import type {
  DirectTransport,
  PlainTransport,
  Router,
  SrtpCryptoSuite,
  WebRtcTransport,
  Worker,
} from 'mediasoup/types';
import nodeDataChannel from 'node-datachannel';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureWorker } from './ensure.ts';

const PAYLOAD_TYPE = 111;
const OPUS = { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 } as const;
const LISTEN = { protocol: 'udp', ip: '127.0.0.1' } as const;
const PACKETS = 100;

let worker: Worker;
let router: Router;
let direct: DirectTransport;

beforeAll(
  async () => {
    const { path } = await ensureWorker();
    worker = await createWorker({ workerBin: path, logLevel: 'warn' });
    router = await worker.createRouter({
      mediaCodecs: [{ ...OPUS, preferredPayloadType: PAYLOAD_TYPE }],
    });
  },
  // A build, when there is no worker yet and the machine is busy.
  20 * 60_000,
);

beforeEach(async () => {
  direct = await router.createDirectTransport();
});

afterEach(() => direct.close());

afterAll(() => {
  worker?.close();
  nodeDataChannel.cleanup();
});

describe('DTLS-SRTP with libdatachannel', () => {
  it.each([
    { workerIs: 'server', setup: 'passive', peerRole: 'client' },
    { workerIs: 'client', setup: 'active', peerRole: 'server' },
  ] as const)(
    'the worker as DTLS $workerIs decrypts and encrypts',
    async ({ setup, peerRole }) => {
      const transport = await router.createWebRtcTransport({ listenInfos: [LISTEN], enableUdp: true });
      const peer = new nodeDataChannel.PeerConnection('peer', { iceServers: [], bindAddress: '127.0.0.1' });
      try {
        // What the worker sends: a producer fed from here, consumed over the transport.
        const fedSsrc = 3333;
        const fed = await direct.produce({ kind: 'audio', rtpParameters: opusParameters(fedSsrc) });
        const toPeer = await transport.consume({
          producerId: fed.id,
          rtpCapabilities: router.rtpCapabilities,
          paused: true,
        });
        const toPeerSsrc = toPeer.rtpParameters.encodings?.[0]?.ssrc ?? 0;

        const sendSsrc = 2222;
        const outgoing = new nodeDataChannel.Audio('0', 'SendOnly');
        outgoing.addOpusCodec(PAYLOAD_TYPE);
        outgoing.addSSRC(sendSsrc, 'peer');
        const sendTrack = peer.addTrack(outgoing);
        const incoming = new nodeDataChannel.Audio('1', 'RecvOnly');
        incoming.addOpusCodec(PAYLOAD_TYPE);
        const receiveTrack = peer.addTrack(incoming);
        const atPeer: Buffer[] = [];
        receiveTrack.onMessage((packet) => {
          if (isRtp(packet)) atPeer.push(rtpPayload(packet));
        });

        const connected = dtlsConnected(transport);
        peer.setLocalDescription('offer');
        const offer = peer.localDescription()?.sdp ?? '';
        await transport.connect({ dtlsParameters: { role: peerRole, fingerprints: [fingerprintOf(offer)] } });
        peer.setRemoteDescription(answer(transport, setup, toPeerSsrc), 'answer');
        await connected;
        await until(() => sendTrack.isOpen() && receiveTrack.isOpen(), 'the tracks of the peer are open');

        // Peer to worker: what arrives, decrypted, at a consumer without encryption is what was sent.
        const producer = await transport.produce({
          kind: 'audio',
          rtpParameters: opusParameters(sendSsrc, '0'),
        });
        const inspector = await direct.consume({
          producerId: producer.id,
          rtpCapabilities: router.rtpCapabilities,
        });
        const atWorker: Buffer[] = [];
        inspector.on('rtp', (packet) => atWorker.push(rtpPayload(packet)));
        const sent = await sendPackets(sendSsrc, (packet) => sendTrack.sendMessageBinary(packet));
        await until(() => atWorker.length >= PACKETS, 'all packets of the peer came out of the worker');
        expect(atWorker).toEqual(sent);
        const [received] = await producer.getStats();
        expect(received?.packetCount).toBe(PACKETS);
        expect(received?.packetsLost).toBe(0);

        // Worker to peer.
        await toPeer.resume();
        const fedPayloads = await sendPackets(fedSsrc, (packet) => fed.send(packet));
        await until(() => atPeer.length >= PACKETS, 'all packets of the worker arrived at the peer');
        expect(atPeer).toEqual(fedPayloads);

        expect(worker.died).toBe(false);
      } finally {
        peer.close();
        transport.close();
      }
    },
    30_000,
  );
});

describe('SRTP between two transports', () => {
  // libdatachannel negotiates one suite; browsers and SIP gateways may negotiate the others.
  it.each<SrtpCryptoSuite>([
    'AEAD_AES_256_GCM',
    'AEAD_AES_128_GCM',
    'AES_CM_128_HMAC_SHA1_80',
    'AES_CM_128_HMAC_SHA1_32',
  ])('%s', async (srtpCryptoSuite) => {
    const make = () =>
      router.createPlainTransport({ listenInfo: LISTEN, rtcpMux: true, enableSrtp: true, srtpCryptoSuite });
    const [from, to] = [await make(), await make()];
    try {
      await connectPlain(from, to);
      await connectPlain(to, from);
      const fedSsrc = 4444;
      const fed = await direct.produce({ kind: 'audio', rtpParameters: opusParameters(fedSsrc) });
      const consumer = await from.consume({ producerId: fed.id, rtpCapabilities: router.rtpCapabilities });
      const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0;
      const producer = await to.produce({ kind: 'audio', rtpParameters: opusParameters(ssrc) });
      const inspector = await direct.consume({
        producerId: producer.id,
        rtpCapabilities: router.rtpCapabilities,
      });
      const arrived: Buffer[] = [];
      inspector.on('rtp', (packet) => arrived.push(rtpPayload(packet)));
      const sent = await sendPackets(fedSsrc, (packet) => fed.send(packet));
      await until(() => arrived.length >= PACKETS, 'all packets arrived');
      expect(arrived).toEqual(sent);
    } finally {
      from.close();
      to.close();
    }
  });
});

function opusParameters(ssrc: number, mid?: string) {
  const { mimeType, clockRate, channels } = OPUS;
  return {
    mid,
    codecs: [{ mimeType, clockRate, channels, payloadType: PAYLOAD_TYPE }],
    encodings: [{ ssrc }],
  };
}

async function sendPackets(ssrc: number, send: (packet: Buffer) => void): Promise<Buffer[]> {
  const payloads: Buffer[] = [];
  for (let i = 0; i < PACKETS; i++) {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = PAYLOAD_TYPE;
    // Around the wrap of the sequence number, where SRTP's packet index counts a rollover.
    header.writeUInt16BE((65_500 + i) & 0xffff, 2);
    header.writeUInt32BE(960 * i, 4);
    header.writeUInt32BE(ssrc, 8);
    // 1000 bytes is the size of video packets.
    const payload = randomBytes(i % 2 ? 1000 : 40);
    payloads.push(payload);
    send(Buffer.concat([header, payload]));
    await sleep(1);
  }
  return payloads;
}

// RTP and RTCP share a port: RFC 5761 tells them apart by the second byte.
function isRtp(packet: Buffer): boolean {
  const second = packet[1] ?? 0;
  return second < 192 || second > 223;
}

function rtpPayload(packet: Buffer): Buffer {
  const first = packet[0] ?? 0;
  let start = 12 + 4 * (first & 0x0f);
  if (first & 0x10) start += 4 + 4 * packet.readUInt16BE(start + 2);
  return Buffer.from(packet.subarray(start));
}

function fingerprintOf(sdp: string) {
  const match = /a=fingerprint:(sha-256) (\S+)/i.exec(sdp);
  if (!match?.[2]) throw new Error(`no SHA-256 fingerprint in:\n${sdp}`);
  return { algorithm: 'sha-256', value: match[2] } as const;
}

function answer(transport: WebRtcTransport, setup: 'active' | 'passive', ssrc: number): string {
  const { iceParameters, iceCandidates, dtlsParameters } = transport;
  const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  const media = (mid: string, direction: string, ...more: string[]) => [
    `m=audio 9 UDP/TLS/RTP/SAVPF ${PAYLOAD_TYPE}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=${direction}`,
    'a=rtcp-mux',
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    `a=fingerprint:sha-256 ${fingerprint?.value}`,
    `a=setup:${setup}`,
    `a=rtpmap:${PAYLOAD_TYPE} opus/48000/2`,
    ...iceCandidates.map(
      ({ foundation, protocol, priority, address, port, type }) =>
        `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}`,
    ),
    'a=end-of-candidates',
    ...more,
  ];
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=ice-lite',
    'a=group:BUNDLE 0 1',
    ...media('0', 'recvonly'),
    ...media('1', 'sendonly', `a=ssrc:${ssrc} cname:worker`),
    '',
  ].join('\r\n');
}

function dtlsConnected(transport: WebRtcTransport): Promise<void> {
  return new Promise((resolve, reject) => {
    transport.on('dtlsstatechange', (state) => {
      if (state === 'connected') resolve();
      if (state === 'failed' || state === 'closed') reject(new Error(`DTLS ${state}`));
    });
    worker.once('died', reject);
  });
}

async function connectPlain(transport: PlainTransport, remote: PlainTransport): Promise<void> {
  const { localAddress: ip, localPort: port } = remote.tuple;
  await transport.connect({ ip, port, srtpParameters: remote.srtpParameters });
}

async function until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`did not happen within ${ms} ms: ${what}`);
    await sleep(10);
  }
}
