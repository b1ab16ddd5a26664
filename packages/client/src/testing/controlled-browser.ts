import { afterEach, beforeEach, vi } from 'vitest';
import { stubBrowser } from './join-fake-room.ts';

/**
 * For each test of the file: a browser's globals, a clock that the test moves, and the shortest of random pauses, so that it knows when
 * the next socket opens.
 */
export function controlBrowser(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    stubBrowser();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}
