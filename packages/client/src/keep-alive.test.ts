import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeepAlive, MISSED_PONGS, PING_INTERVAL } from './keep-alive.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('KeepAlive', () => {
  it('pings for ever while pongs come', () => {
    const lost = vi.fn();
    const ping = vi.fn(() => keepAlive.alive());
    const keepAlive = new KeepAlive(ping, lost);
    vi.advanceTimersByTime(10 * PING_INTERVAL);
    expect(ping).toHaveBeenCalledTimes(10);
    expect(lost).not.toHaveBeenCalled();
    keepAlive.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up once when two pongs in a row are missing', () => {
    const lost = vi.fn();
    const ping = vi.fn();
    new KeepAlive(ping, lost);
    vi.advanceTimersByTime(MISSED_PONGS * PING_INTERVAL);
    expect(lost).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10 * PING_INTERVAL);
    expect(ping).toHaveBeenCalledTimes(MISSED_PONGS);
    expect(lost).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('forgives one', () => {
    const lost = vi.fn();
    let pings = 0;
    const keepAlive = new KeepAlive(() => {
      pings += 1;
      if (pings % 2 === 0) keepAlive.alive();
    }, lost);
    vi.advanceTimersByTime(10 * PING_INTERVAL);
    expect(lost).not.toHaveBeenCalled();
    keepAlive.stop();
  });
});
