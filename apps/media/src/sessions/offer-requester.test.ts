import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OfferRequester } from './offer-requester.ts';

describe('OfferRequester', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks at once, then after each empty offer, ever more seldom', () => {
    const asked: number[] = [];
    const start = Date.now();
    const requester = new OfferRequester(() => {
      asked.push((Date.now() - start) / 1000);
      requester.offeredNothing();
    });
    requester.start();
    vi.advanceTimersByTime(200_000);
    requester.stop();
    expect(asked, 'seconds after the start').toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 30.5, 60.5, 120.5, 180.5]);
  });

  it('does not ask a client that stays silent again', () => {
    const ask = vi.fn();
    new OfferRequester(ask).start();
    vi.advanceTimersByTime(1_000_000);
    expect(ask, 'only an empty offer shows that the client answers requests').toHaveBeenCalledTimes(1);
  });

  it('several empty offers at once make one request, and none comes after stop', () => {
    const ask = vi.fn();
    const requester = new OfferRequester(ask);
    requester.offeredNothing();
    requester.offeredNothing();
    vi.advanceTimersByTime(10_000);
    expect(ask).toHaveBeenCalledTimes(1);
    requester.offeredNothing();
    requester.stop();
    vi.advanceTimersByTime(10_000);
    expect(ask, 'stopped').toHaveBeenCalledTimes(1);
  });
});
