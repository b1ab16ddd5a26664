import { opusDuration, opusHead } from '../../opus.ts';
import type { CodedFrame, Depacketizer, Format } from './depacketizer.ts';

/** RTP units in a millisecond (RFC 7587 §4.1). */
const UNITS = 48;

/** Opus in RTP (RFC 7587): a packet is a frame, on its own. */
export class Opus implements Depacketizer {
  readonly #format: Format;

  constructor(channels: number) {
    // What a stereo file does not mind: packets say by themselves whether they are stereo.
    const count = channels === 1 ? 1 : 2;
    this.#format = { codec: 'opus', codecString: 'opus', channels: count, description: opusHead(count) };
  }

  begins(payload: Buffer): boolean {
    return payload.length > 0;
  }

  frame(payloads: readonly Buffer[]): CodedFrame | undefined {
    const data = payloads[0];
    if (data === undefined || payloads.length !== 1) return undefined;
    const duration = opusDuration(data) * UNITS;
    return duration === 0 ? undefined : { data, format: this.#format, duration };
  }
}
