import { describe, expect, it } from 'vitest';
import { ReplayCache } from './replay-cache.ts';

describe('ReplayCache', () => {
  it('takes an id once, and again only when it could have been forgotten', () => {
    const cache = new ReplayCache();
    expect(cache.use('a', 1000, 0)).toBe('fresh');
    expect(cache.use('a', 1000, 999)).toBe('used');
    expect(cache.use('a', 3000, 1000), 'the first use has run out').toBe('fresh');
  });

  it('forgets what has run out and stays within its bound', () => {
    const cache = new ReplayCache(3);
    cache.use('long', 10_000, 0);
    cache.use('b', 100, 0);
    cache.use('c', 100, 0);
    expect(cache.use('d', 100, 50), 'nothing can be forgotten yet').toBe('full');
    expect(cache.use('d', 300, 200), 'two have run out behind one that has not').toBe('fresh');
    expect(cache.size).toBe(2);
    cache.sweep(300);
    expect(cache.size, 'nobody has to come for it to forget').toBe(1);
  });
});
