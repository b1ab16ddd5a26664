import { expect, it } from 'vitest';
import { type RoomSpeech, SILENCE } from '../speakers/room-speakers.ts';
import { SpeakerOrder } from './speaker-order.ts';

/** A room whose speakers are told by hand. */
function room() {
  const listeners = new Set<(speech: RoomSpeech) => void>();
  const one = {
    speech: SILENCE,
    watch: (listener: (speech: RoomSpeech) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const hear = (dominant: string, ...recent: string[]) => {
    one.speech = { ...SILENCE, dominant, recent };
    for (const listener of listeners) listener(one.speech);
  };
  return { one, hear, listeners };
}

it('follows who speaks while it matters, and tells of another order only', () => {
  const { one, hear, listeners } = room();
  let changes = 0;
  const order = new SpeakerOrder(one, () => changes++);
  hear('ann', 'ann');
  expect([changes, listeners.size]).toEqual([0, 0]);

  order.follow(true);
  order.follow(true);
  hear('ann', 'ann', 'bob');
  hear('ann', 'bob', 'ann');
  expect(order.now).toEqual({ dominant: 'ann', recent: new Set(['ann', 'bob']) });
  expect([changes, listeners.size], 'who was louder a moment ago is no change').toEqual([1, 1]);
  hear('bob', 'bob', 'ann', 'c', 'd', 'e', 'f');
  expect(order.now.recent, 'who spoke long ago is not recent').not.toContain('f');

  order.follow(false);
  expect(listeners.size).toBe(0);
  expect(order.now.dominant, 'stays').toBe('bob');
});
