import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeepAlive, MISSED_PONGS, PING_INTERVAL, PROBE_TIMEOUT } from './keep-alive.ts';

class FakePage extends EventTarget {
  visibilityState = 'visible';
  listeners = 0;
  override addEventListener(name: string, listener: () => void): void {
    this.listeners += 1;
    super.addEventListener(name, listener);
  }
  override removeEventListener(name: string, listener: () => void): void {
    this.listeners -= 1;
    super.removeEventListener(name, listener);
  }
}

let page: FakePage;
beforeEach(() => {
  vi.useFakeTimers();
  page = new FakePage();
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
/** Time passes in which no timer runs. */
const sleep = () => vi.setSystemTime(Date.now() + 3_600_000);

describe('KeepAlive', () => {
  it('pings for ever while pongs come', () => {
    const lost = vi.fn();
    const ping = vi.fn(() => keepAlive.alive());
    const keepAlive = new KeepAlive(ping, lost);
    vi.advanceTimersByTime(10 * PING_INTERVAL);
    expect(ping).toHaveBeenCalledTimes(10);
    expect(lost).not.toHaveBeenCalled();
    keepAlive.stop();
    expect([vi.getTimerCount(), page.listeners]).toEqual([0, 0]);
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

  describe.each([
    ['the browser finds a network', () => page.dispatchEvent(new Event('online')), 0],
    ['the page is shown', () => page.dispatchEvent(new Event('visibilitychange')), 0],
    ['the machine has slept', sleep, PING_INTERVAL],
  ])('when %s', (_, happen, after) => {
    it('asks at once, and gives up when no answer comes soon', () => {
      const lost = vi.fn();
      const ping = vi.fn();
      new KeepAlive(ping, lost);
      happen();
      happen();
      vi.advanceTimersByTime(after);
      expect(ping).toHaveBeenCalledOnce();
      vi.advanceTimersByTime(PROBE_TIMEOUT - 1);
      expect(lost).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(lost).toHaveBeenCalledOnce();
      expect([vi.getTimerCount(), page.listeners]).toEqual([0, 0]);
    });

    it('goes on when the answer comes', () => {
      const lost = vi.fn();
      const keepAlive = new KeepAlive(() => setTimeout(() => keepAlive.alive(), 100), lost);
      happen();
      vi.advanceTimersByTime(10 * PING_INTERVAL);
      expect(lost).not.toHaveBeenCalled();
      keepAlive.stop();
    });
  });

  it('asks again when the machine slept before the answer could come', () => {
    const lost = vi.fn();
    const ping = vi.fn();
    new KeepAlive(ping, lost);
    page.dispatchEvent(new Event('online'));
    sleep();
    vi.advanceTimersByTime(PROBE_TIMEOUT);
    expect(ping).toHaveBeenCalledTimes(2);
    expect(lost).not.toHaveBeenCalled();
    vi.advanceTimersByTime(PROBE_TIMEOUT);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('does not ask when the page is hidden', () => {
    const ping = vi.fn();
    const keepAlive = new KeepAlive(ping, vi.fn());
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    expect(ping).not.toHaveBeenCalled();
    keepAlive.stop();
  });
});
