import { randomBytes } from 'node:crypto';
import type { SrtpKeys } from '@parley/protocol/recording/capture';
import { expect, test } from 'vitest';
import { ProtectionProfileAes128CmHmacSha1_80, RtpHeader, SrtcpSession, SrtpSession } from 'werift-rtp';
import { pli } from './rtcp.ts';
import { SrtpTransport } from './srtp.ts';

function keys(): SrtpKeys {
  return { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80', keyBase64: randomBytes(30).toString('base64') };
}

/** A node's end. */
function node(remote: SrtpKeys, local: SrtpKeys) {
  const [ours, theirs] = [local, remote].map(({ keyBase64 }) => Buffer.from(keyBase64, 'base64'));
  const part = (key: Buffer | undefined, from: number, to: number) =>
    Buffer.from(key?.subarray(from, to) ?? []);
  const config = {
    keys: {
      ...{ localMasterKey: part(ours, 0, 16), localMasterSalt: part(ours, 16, 30) },
      ...{ remoteMasterKey: part(theirs, 0, 16), remoteMasterSalt: part(theirs, 16, 30) },
    },
    profile: ProtectionProfileAes128CmHmacSha1_80,
  } as const;
  const [rtp, rtcp] = [new SrtpSession(config), new SrtcpSession(config)];
  let count = 0;
  const send = (sequenceNumber: number) => {
    const header = new RtpHeader({ ssrc: 7, sequenceNumber, timestamp: count++, payloadType: 100 });
    return rtp.encrypt(Buffer.from(`packet ${sequenceNumber}`), header);
  };
  return { send, rtcp };
}

function pair() {
  const [recorder, nodes] = [keys(), keys()];
  return { transport: new SrtpTransport({ local: recorder, remote: nodes }), ...node(recorder, nodes) };
}

test('opens what the node sealed, and the node what it seals', () => {
  const { transport, send, rtcp } = pair();
  expect(transport.open(send(1))?.toString('latin1', 12)).toBe('packet 1');
  expect(rtcp.decrypt(transport.seal(pli(1, 7)))).toEqual(pli(1, 7));
});

test('goes on over the wrap of sequence numbers, in and out of order, though hundreds are lost there', () => {
  const { transport, send } = pair();
  const sent = new Map<number, Buffer>();
  for (let sequence = 65_000; sequence < 66_600; sequence++) sent.set(sequence, send(sequence & 0xffff));
  const open = (sequence: number) =>
    transport.open(sent.get(sequence) ?? Buffer.alloc(0))?.toString('latin1', 12);
  for (const sequence of [65_000, 65_100, 66_000, 65_530, 66_001, 65_540, 66_599]) {
    expect(open(sequence)).toBe(`packet ${sequence & 0xffff}`);
  }
});

test('takes nothing that is forged, cut off or of other keys, and goes on', () => {
  const { transport, send } = pair();
  const packet = send(1);
  for (let length = 12; length < packet.length; length++) {
    expect(transport.open(packet.subarray(0, length))).toBeUndefined();
  }
  for (let index = 0; index < packet.length; index++) {
    const forged = Buffer.from(packet);
    forged[index] = (forged[index] ?? 0) ^ 0x40;
    expect(transport.open(forged), `byte ${index}`).toBeUndefined();
  }
  expect(transport.open(pair().send(2))).toBeUndefined();
  expect(transport.open(packet)).toBeDefined();
});
