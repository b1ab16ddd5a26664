import { describe, expect, it } from 'vitest';
import { rateOf } from './track-rates.ts';

const stream = (rid: string, bitrate: number, base = 0) => {
  const bitrateByLayer: Record<string, number> = base > 0 ? { '0.0': base, '0.1': bitrate } : {};
  return { rid, ssrc: 1, bitrate, bitrateByLayer };
};
const camera = {
  type: 'simulcast' as const,
  rtpParameters: { codecs: [], encodings: [{ rid: 'l' }, { rid: 'm' }, { rid: 'h' }] },
};

describe('rateOf', () => {
  it('knows the least that can be sent of layers, whatever their order', () => {
    const streams = [stream('h', 2_000_000), stream('l', 150_000, 60_000), stream('m', 500_000)];
    expect(rateOf(camera, streams)).toEqual({ lowest: 60_000, total: 2_650_000 });
  });

  it('takes the lowest layer that is sent', () => {
    expect(rateOf(camera, [stream('l', 0), stream('m', 500_000)]).lowest).toBe(500_000);
    expect(rateOf(camera, []), 'before the first packet').toEqual({ lowest: 0, total: 0 });
  });

  it('takes all of a single layer', () => {
    const screen = { type: 'simple' as const, rtpParameters: { codecs: [], encodings: [{ ssrc: 1 }] } };
    expect(rateOf(screen, [stream('', 900_000, 300_000)])).toEqual({ lowest: 900_000, total: 900_000 });
  });

  it('knows the base layer of SVC', () => {
    const svc = { type: 'svc' as const, rtpParameters: { codecs: [], encodings: [{ ssrc: 1 }] } };
    const one = { ssrc: 1, bitrate: 1_000_000, bitrateByLayer: { '0.0': 90_000, '1.0': 300_000 } };
    expect(rateOf(svc, [one]).lowest).toBe(90_000);
  });
});
