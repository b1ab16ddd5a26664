import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { Emitter } from './emitter.ts';

class Bell extends Emitter<{ ring: number; stop: undefined }> {
  ring(times: number): void {
    this.emit('ring', times);
  }

  watch(demand: (wanted: boolean) => void): void {
    this.onDemand('ring', demand);
  }

  end(): void {
    this.removeAllListeners();
  }
}

describe('Emitter', () => {
  it('calls every listener with the event, until it unsubscribes', () => {
    const bell = new Bell();
    const first = vi.fn();
    const second = vi.fn();
    const off = bell.on('ring', first);
    bell.on('ring', second);
    bell.ring(1);
    off();
    bell.ring(2);
    expect(first.mock.calls).toEqual([[1]]);
    expect(second.mock.calls).toEqual([[1], [2]]);
  });

  it('lets a listener unsubscribe others while it is called', () => {
    const bell = new Bell();
    const heard: string[] = [];
    bell.on('ring', () => {
      heard.push('a');
      off();
    });
    const off = bell.on('ring', () => heard.push('b'));
    bell.ring(1);
    bell.ring(2);
    expect(heard, 'who has unsubscribed hears nothing any more').toEqual(['a', 'a']);
  });

  it('tells nobody anything after the end, which may come from a listener', () => {
    const bell = new Bell();
    const heard: string[] = [];
    bell.on('ring', () => {
      heard.push('first');
      bell.end();
    });
    bell.on('ring', () => heard.push('second'));
    bell.ring(1);
    expect(heard).toEqual(['first']);
  });

  it('goes on after a listener throws, and reports the error', () => {
    const reported: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (callback: () => void) => reported.push(callback));
    const bell = new Bell();
    const after = vi.fn();
    bell.on('ring', () => {
      throw new Error('bug in the page');
    });
    bell.on('ring', after);
    bell.ring(1);
    vi.unstubAllGlobals();
    expect(after).toHaveBeenCalledOnce();
    expect(reported[0]).toThrow('bug in the page');
  });

  it('tells whether anybody listens, once', () => {
    const bell = new Bell();
    const demand = vi.fn();
    bell.watch(demand);
    const listener = vi.fn();
    const offs = [bell.on('ring', listener), bell.on('ring', listener), bell.on('ring', vi.fn())];
    expect(demand.mock.calls).toEqual([[true]]);
    for (const off of [...offs, ...offs]) off();
    expect(demand.mock.calls).toEqual([[true], [false]]);
    const off = bell.on('ring', listener);
    bell.end();
    off();
    bell.end();
    expect(demand.mock.calls).toEqual([[true], [false], [true], [false]]);
  });

  it('types events by name', () => {
    new Bell().on('ring', (times) => expectTypeOf(times).toEqualTypeOf<number>());
  });
});
