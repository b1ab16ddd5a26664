import { describe, expect, it } from 'vitest';
import { mediaState, transportState } from './transport-state.ts';

describe('transportState', () => {
  it('is connected only with ICE and DTLS', () => {
    expect(transportState('new', 'new')).toBe('new');
    expect(transportState('completed', 'connecting')).toBe('new');
    expect(transportState('connected', 'connected')).toBe('connected');
    expect(transportState('completed', 'connected')).toBe('connected');
  });

  it('is disconnected when either has failed', () => {
    expect(transportState('disconnected', 'connected')).toBe('disconnected');
    expect(transportState('completed', 'failed')).toBe('disconnected');
  });

  it('is closed when the client has said so, whatever ICE thinks later', () => {
    expect(transportState('completed', 'closed')).toBe('closed');
    expect(transportState('disconnected', 'closed')).toBe('closed');
  });
});

describe('mediaState', () => {
  it('is connected when any is, else disconnected when any is, else closed', () => {
    expect(mediaState([]), 'nothing can be told yet').toBeUndefined();
    expect(mediaState(['new', 'new'])).toBeUndefined();
    expect(mediaState(['disconnected', 'connected'])).toBe('connected');
    expect(mediaState(['closed', 'connected'])).toBe('connected');
    expect(mediaState(['closed', 'disconnected']), 'one may come back').toBe('disconnected');
    expect(mediaState(['closed', 'new']), 'all that ever were are closed').toBe('closed');
    expect(mediaState(['disconnected', 'new']), 'a transport never used says nothing').toBe('disconnected');
  });
});
