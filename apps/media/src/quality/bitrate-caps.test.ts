import type { RoomMediaOptions } from '@parley/protocol/room-media';
import { describe, expect, it } from 'vitest';
import { EstimateBounds, mostSent, receiveBounds } from './bitrate-caps.ts';

const settings = { maxBitrate: 5e6, minBitrate: 100_000, maxReceiveBitrate: 0, startBitrate: 1e6 };
const grants = { maxBitrate: 4e6 };

describe('what a participant may send', () => {
  it('is the lowest of what the server, the grants and the room say', () => {
    expect(mostSent({ settings, grants, options: {} })).toBe(4e6);
    expect(mostSent({ settings, grants, options: { maxBitrate: 3e6 } })).toBe(3e6);
    expect(mostSent({ settings, grants, options: { maxBitrate: 9e6 } })).toBe(4e6);
  });
});

describe('what a participant is sent', () => {
  it('is unbounded where nobody says otherwise', () => {
    expect(receiveBounds({ settings, grants, options: {} })).toEqual({ least: 100_000, start: 1e6, most: 0 });
  });

  it('is at the most the lowest of what the server, the grants and the room say', () => {
    const all = { settings: { ...settings, maxReceiveBitrate: 3e6 }, options: { maxReceiveBitrate: 2e6 } };
    expect(receiveBounds({ ...all, grants }).most).toBe(2e6);
    expect(receiveBounds({ ...all, grants: { ...grants, maxReceiveBitrate: 1.5e6 } }).most).toBe(1.5e6);
    expect(receiveBounds({ ...all, grants, options: {} }).most).toBe(3e6);
  });

  it('starts within its bounds, and its floor is never above the ceiling', () => {
    const low = receiveBounds({ settings, grants, options: { maxReceiveBitrate: 60_000 } });
    expect(low).toEqual({ least: 60_000, start: 60_000, most: 60_000 });
    const high = receiveBounds({ settings: { ...settings, minBitrate: 2e6 }, grants, options: {} });
    expect(high).toEqual({ least: 2e6, start: 2e6, most: 0 });
  });
});

describe('the bounds of an estimate', () => {
  /** Refuses what mediasoup refuses. */
  function transport() {
    const now = { least: 0, most: 0 };
    const check = () => {
      if (now.most > 0 && now.least > now.most) throw new TypeError('floor above ceiling');
    };
    return {
      now,
      setMinOutgoingBitrate: async (bits: number) => {
        now.least = bits;
        check();
      },
      setMaxOutgoingBitrate: async (bits: number) => {
        now.most = bits;
        check();
      },
    };
  }

  it('follow what is said, without a floor above the ceiling in between', async () => {
    let options: RoomMediaOptions = {};
    const bounds = new EstimateBounds(() => ({ settings, grants, options }));
    const one = transport();
    await bounds.apply(one);
    expect(one.now).toEqual({ least: 100_000, most: 0 });
    for (const maxReceiveBitrate of [60_000, 2e6, 40_000, 50_000]) {
      options = { maxReceiveBitrate };
      await bounds.apply(one);
      expect(one.now).toEqual({ least: Math.min(100_000, maxReceiveBitrate), most: maxReceiveBitrate });
    }
    options = {};
    await bounds.apply(one);
    expect(one.now).toEqual({ least: 100_000, most: 0 });
  });

  it('are what was said last, however fast it was said', async () => {
    let options: RoomMediaOptions = {};
    const bounds = new EstimateBounds(() => ({ settings, grants, options }));
    const one = transport();
    await bounds.apply(one);
    options = { maxReceiveBitrate: 60_000 };
    const first = bounds.apply(one);
    options = {};
    await Promise.all([first, bounds.apply(one)]);
    expect(one.now).toEqual({ least: 100_000, most: 0 });
  });
});
