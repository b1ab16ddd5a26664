import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FALLBACK_IDLE_MS, FALLBACK_WAIT_MS, FallbackCodec, type FallbackViewer } from './fallback-codec.ts';
import type { PublishedTrack } from './published-track.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** As much of a track as it looks at. */
const sending = (codec: string) =>
  ({ producer: { rtpParameters: { codecs: [{ mimeType: `video/${codec}` }] } } }) as PublishedTrack;

function setup(...codecs: string[]) {
  const asked: string[] = [];
  const fallback = new FallbackCodec(codecs, (codec, wanted) => asked.push(`${wanted ? '' : 'no '}${codec}`));
  const viewer = (...accepted: string[]) => {
    const heard: string[] = [];
    const one = {
      accepted,
      heard,
      accepts: (codec: string) => one.accepted.includes(codec),
      changed: () => heard.push('changed'),
      failed: () => heard.push('failed'),
    };
    return one satisfies FallbackViewer;
  };
  return { fallback, asked, viewer };
}

describe('FallbackCodec', () => {
  it('asks once for the first codec that all who need it accept', () => {
    const { fallback, asked, viewer } = setup('VP9', 'H264', 'VP8');
    const [bob, carol] = [viewer('H264', 'VP8'), viewer('H264', 'VP8')];
    expect(fallback.need(bob)).toBeUndefined();
    expect(fallback.need(carol)).toBeUndefined();
    expect(asked).toEqual(['H264']);
    const track = sending('H264');
    fallback.use(track);
    expect([bob.heard, carol.heard]).toEqual([['changed'], ['changed']]);
    expect(fallback.need(bob)).toBe(track);
    vi.advanceTimersByTime(FALLBACK_WAIT_MS + FALLBACK_IDLE_MS);
    expect(bob.heard).toEqual(['changed']);
    expect(asked).toEqual(['H264']);
  });

  it('goes on to the next when it turns out that somebody cannot decode it', () => {
    const { fallback, asked, viewer } = setup('H264', 'VP8');
    const bob = viewer('H264', 'VP8');
    fallback.need(bob);
    fallback.use(sending('H264'));
    bob.accepted = ['VP8'];
    expect(fallback.need(bob)).toBeUndefined();
    expect(asked).toEqual(['H264', 'VP8']);
    fallback.use(undefined);
    expect(fallback.need(bob)).toBeUndefined();
    expect(asked, 'not twice').toEqual(['H264', 'VP8']);
    const track = sending('VP8');
    fallback.use(track);
    expect(fallback.need(bob)).toBe(track);
  });

  it('keeps what somebody has where it will do for who comes later', () => {
    const { fallback, asked, viewer } = setup('H264', 'VP8');
    fallback.need(viewer('VP8'));
    fallback.use(sending('VP8'));
    expect(fallback.need(viewer('H264', 'VP8'))).toBeDefined();
    expect(asked).toEqual(['VP8']);
  });

  it('who has come to accept nothing at all keeps it from nobody', () => {
    const { fallback, asked, viewer } = setup('H264', 'VP8');
    const [odd, bob] = [viewer('VP8'), viewer('H264', 'VP8')];
    fallback.need(odd);
    odd.accepted = [];
    fallback.need(bob);
    expect(bob.heard).toEqual([]);
    const track = sending('VP8');
    fallback.use(track);
    expect(fallback.need(bob)).toBe(track);
    expect(fallback.need(odd)).toBeUndefined();
    expect([asked, odd.heard.at(-1)]).toEqual([['VP8'], 'failed']);
  });

  it('says when there is no codec for somebody, and nothing changes for the others', () => {
    const { fallback, asked, viewer } = setup('VP8');
    const [bob, odd] = [viewer('VP8'), viewer('H265')];
    fallback.need(bob);
    expect(fallback.need(odd)).toBeUndefined();
    expect(odd.heard).toEqual(['failed']);
    fallback.use(sending('VP8'));
    expect(bob.heard).toEqual(['changed']);
    expect(asked).toEqual(['VP8']);
  });

  it('says when the publisher sends none in time, and once it does all the same', () => {
    const { fallback, viewer } = setup('VP8');
    const bob = viewer('VP8');
    fallback.need(bob);
    vi.advanceTimersByTime(FALLBACK_WAIT_MS);
    expect(bob.heard).toEqual(['failed']);
    fallback.use(sending('VP8'));
    expect(bob.heard).toEqual(['failed', 'changed']);
  });

  it('is given up a while after nobody needs it, and asked for anew', () => {
    const { fallback, asked, viewer } = setup('VP8');
    const bob = viewer('VP8');
    fallback.need(bob);
    fallback.use(sending('VP8'));
    fallback.release(bob);
    vi.advanceTimersByTime(FALLBACK_IDLE_MS - 1);
    fallback.need(bob);
    vi.advanceTimersByTime(FALLBACK_IDLE_MS);
    expect(asked, 'back in time').toEqual(['VP8']);
    fallback.release(bob);
    vi.advanceTimersByTime(FALLBACK_IDLE_MS);
    expect(asked).toEqual(['VP8', 'no VP8']);
    fallback.use(undefined);
    fallback.need(bob);
    expect(asked).toEqual(['VP8', 'no VP8', 'VP8']);
  });

  it('one that nobody asked for is given up too', () => {
    const { fallback, asked } = setup('VP8');
    fallback.use(sending('VP8'));
    vi.advanceTimersByTime(FALLBACK_IDLE_MS);
    expect(asked).toEqual(['no VP8']);
  });

  it('asks again for what may have been lost on the way', () => {
    const { fallback, asked, viewer } = setup('VP8');
    const bob = viewer('VP8');
    fallback.repeat();
    fallback.need(bob);
    fallback.repeat();
    expect(asked).toEqual(['VP8', 'VP8']);
    fallback.use(sending('VP8'));
    fallback.repeat();
    fallback.release(bob);
    vi.advanceTimersByTime(FALLBACK_IDLE_MS);
    fallback.repeat();
    expect(asked).toEqual(['VP8', 'VP8', 'no VP8', 'no VP8']);
  });

  it('does nothing more once it is closed', () => {
    const { fallback, asked, viewer } = setup('VP8');
    const bob = viewer('VP8');
    fallback.need(bob);
    fallback.close();
    vi.advanceTimersByTime(FALLBACK_WAIT_MS + FALLBACK_IDLE_MS);
    expect(bob.heard).toEqual([]);
    expect(fallback.need(bob)).toBeUndefined();
    expect(asked).toEqual(['VP8']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
