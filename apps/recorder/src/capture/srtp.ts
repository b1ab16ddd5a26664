import { ProtectionProfileAes128CmHmacSha1_80, SrtcpSession, SrtpSession } from 'werift-rtp';
import type { SrtpPair } from './capture-types.ts';
import { Unwrap } from './unwrap.ts';

/** AES-128: master key and master salt (RFC 3711 §8.2). */
const KEY_BYTES = 16;
/** Streams of a transport whose counts are kept; a node has no more at once. */
const MOST_STREAMS = 1024;

/**
 * SRTP in, SRTCP out of one transport, AES_CM_128_HMAC_SHA1_80. The packet index is estimated here (RFC 3711 §3.3.1): werift's session looks only at 100 packets on each
 * side of the wrap, and a longer hole there makes it deaf for good.
 */
export class SrtpTransport {
  readonly #rtp: SrtpSession;
  readonly #rtcp: SrtcpSession;
  readonly #indices = new Map<number, Unwrap>();

  constructor({ local, remote }: SrtpPair) {
    const [ours, theirs] = [local, remote].map(({ keyBase64 }) => Buffer.from(keyBase64, 'base64'));
    const keys = {
      localMasterKey: Buffer.from(ours?.subarray(0, KEY_BYTES) ?? []),
      localMasterSalt: Buffer.from(ours?.subarray(KEY_BYTES) ?? []),
      remoteMasterKey: Buffer.from(theirs?.subarray(0, KEY_BYTES) ?? []),
      remoteMasterSalt: Buffer.from(theirs?.subarray(KEY_BYTES) ?? []),
    };
    const profile = ProtectionProfileAes128CmHmacSha1_80;
    this.#rtp = new SrtpSession({ keys, profile });
    this.#rtcp = new SrtcpSession({ keys, profile });
  }

  /** @returns the RTP packet, `undefined` when it is not authentic. */
  open(packet: Buffer): Buffer | undefined {
    const ssrc = packet.readUInt32BE(8);
    const sequence = packet.readUInt16BE(2);
    const known = this.#indices.get(ssrc);
    const index = known?.peek(sequence) ?? sequence;
    if (index < 0) return undefined;
    const plain = this.#decrypt(packet, Math.floor(index / 0x1_0000));
    if (plain === undefined) return undefined;
    // Only what is authentic may move the count.
    if (known !== undefined) known.next(sequence);
    else if (this.#indices.size < MOST_STREAMS) {
      const indices = new Unwrap(16);
      indices.next(sequence);
      this.#indices.set(ssrc, indices);
    }
    return plain;
  }

  /** @param packet RTCP, compound or of reduced size. */
  seal(packet: Buffer): Buffer {
    return this.#rtcp.encrypt(packet);
  }

  #decrypt(packet: Buffer, rollover: number): Buffer | undefined {
    try {
      const [plain] = this.#rtp.remoteContext.cipher.decryptRtp(packet, rollover);
      return plain;
    } catch {
      return undefined;
    }
  }
}
