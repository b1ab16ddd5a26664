import { expect, it, vi } from 'vitest';
import { type BlockedSounds, withSound } from './blocked-sounds.ts';

const a = { id: 'a' } as MediaStreamTrack;
const b = { id: 'b' } as MediaStreamTrack;

it('forgets a sound that plays or whose speaker has left', () => {
  const none: BlockedSounds = new Map();
  const both = withSound(withSound(none, a, vi.fn()), b, vi.fn());
  expect([...both.keys()]).toEqual([a, b]);
  expect([...withSound(both, a).keys()]).toEqual([b]);
  expect(withSound(withSound(both, a), b).size).toBe(0);
});

it('is the same map where nothing changes, so that nothing is drawn again', () => {
  const sounds: BlockedSounds = new Map();
  expect(withSound(sounds, a)).toBe(sounds);
});
