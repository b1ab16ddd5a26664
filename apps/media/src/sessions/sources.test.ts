import { describe, expect, it } from 'vitest';
import { streamIdOf } from './sources.ts';

describe('streamIdOf', () => {
  it('puts camera and microphone in one stream, screen and its sound in another', () => {
    expect(streamIdOf('alice', 'camera')).toBe(streamIdOf('alice', 'microphone'));
    expect(streamIdOf('alice', 'screen')).toBe(streamIdOf('alice', 'screen-audio'));
    expect(streamIdOf('alice', 'screen')).not.toBe(streamIdOf('alice', 'camera'));
  });

  it('is a token for any participant id, and another for each', () => {
    expect(streamIdOf('a b/ü"', 'camera')).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(streamIdOf('a b', 'camera')).not.toBe(streamIdOf('a_b', 'camera'));
    expect(streamIdOf('a-screen', 'camera')).not.toBe(streamIdOf('a', 'camera'));
  });
});
