import { describe, expect, it } from 'vitest';
import { mediaState, transportState } from './transport-state.ts';

describe('transportState', () => {
  it('is connected only with ICE and DTLS', () => {
    expect(transportState('new', 'new')).toBe('new');
    expect(transportState('completed', 'connecting')).toBe('new');
    expect(transportState('connected', 'connected')).toBe('connected');
    expect(transportState('completed', 'connected')).toBe('connected');
  });

  it('is disconnected when either has ended', () => {
    expect(transportState('disconnected', 'connected')).toBe('disconnected');
    expect(transportState('completed', 'closed')).toBe('disconnected');
    expect(transportState('completed', 'failed')).toBe('disconnected');
  });
});

describe('mediaState', () => {
  it('is connected when any is, disconnected when all that were are not any more', () => {
    expect(mediaState([]), 'nothing can be told yet').toBeUndefined();
    expect(mediaState(['new', 'new'])).toBeUndefined();
    expect(mediaState(['disconnected', 'connected'])).toBe('connected');
    expect(mediaState(['disconnected', 'new']), 'a transport never used says nothing').toBe('disconnected');
  });
});
