import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type RoomSpeech, SILENCE } from './room-speakers.ts';
import { SpeakerTeller, TELL_MS } from './speaker-teller.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A room in which somebody speaks at some level, and what a client is told of it. */
function told(interval: number) {
  const listeners = new Set<(speech: RoomSpeech) => void>();
  const speakers = {
    speech: SILENCE,
    watch(listener: (speech: RoomSpeech) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const events: string[] = [];
  const teller = new SpeakerTeller({
    speakers,
    tell: ({ speakers: all, dominant }) =>
      events.push(`${all.map(({ participantId, level }) => `${participantId} ${level}`)} of ${dominant}`),
    interval: () => interval,
  });
  const speak = (level: number) => {
    const active = level > 0 ? [{ participantId: 'ann', level }] : [];
    speakers.speech = { active, dominant: 'ann', recent: ['ann'] };
    for (const listener of listeners) listener(speakers.speech);
  };
  return { teller, speak, events, watching: () => listeners.size };
}

it('tells nobody who has not asked, and whoever has at once', () => {
  const { teller, speak, events, watching } = told(TELL_MS.own);
  speak(0.5);
  expect(watching()).toBe(0);
  teller.want(true);
  teller.want(true);
  expect(events).toEqual(['ann 0.5 of ann']);
  teller.want(false);
  expect(watching()).toBe(0);
  speak(0.6);
  vi.advanceTimersByTime(2000);
  expect(events).toHaveLength(1);
});

it('says nothing where nobody has spoken', () => {
  const { teller, events } = told(TELL_MS.own);
  teller.want(true);
  vi.advanceTimersByTime(2000);
  expect(events).toEqual([]);
});

it.each([TELL_MS.own, TELL_MS.room])('tells no more than once in %i ms, and the latest', (interval) => {
  const { teller, speak, events } = told(interval);
  teller.want(true);
  for (let at = 0; at < 6000; at += 300) {
    speak((at % 900) / 1000 + 0.1);
    vi.advanceTimersByTime(300);
  }
  expect(events.length).toBeLessThanOrEqual(6000 / interval + 1);
  speak(0);
  vi.advanceTimersByTime(interval);
  expect(events.at(-1)).toBe(' of ann');
});

it('does not tell again what has come back to what was told', () => {
  const { teller, speak, events } = told(TELL_MS.room);
  teller.want(true);
  speak(0.5);
  speak(0.6);
  speak(0.5);
  vi.advanceTimersByTime(5000);
  expect(events).toEqual(['ann 0.5 of ann']);
});

it('leaves no timer behind', () => {
  const { teller, speak } = told(TELL_MS.room);
  teller.want(true);
  speak(0.5);
  speak(0.6);
  teller.close();
  expect(vi.getTimerCount()).toBe(0);
});
