import { EventEmitter } from 'node:events';
import type { Source } from '@parley/protocol/grants';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MIN_STAY_MS } from '../quality/loudest.ts';
import type { PublishedTrack } from '../sessions/published-track.ts';
import type { RoomSpeech } from '../speakers/room-speakers.ts';
import { type Forwarded, type ForwardingSession, RoomForwarding } from './room-forwarding.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A session that counts what it costs. */
class FakeSession implements ForwardingSession {
  readonly participantId: string;
  pinnedTracks: string[] = [];
  forwarded: Forwarded | undefined;
  shown: string[] = [];
  times = 0;

  constructor(participantId: string) {
    this.participantId = participantId;
  }

  forward(forwarded: Forwarded | undefined): void {
    this.forwarded = forwarded;
    this.times += 1;
  }

  showTrack(track: PublishedTrack): void {
    this.shown.push(track.producer.id);
  }

  get gets(): string[] {
    return [...(this.forwarded?.participants ?? ['everybody'])].sort();
  }
}

/** As much of a track as forwarding looks at. */
function trackOf(participantId: string, source: Source): PublishedTrack {
  const kind = source === 'camera' || source === 'screen' ? 'video' : 'audio';
  const producer = { id: `${participantId}-${source}`, kind, observer: new EventEmitter() };
  return { participantId, source, producer } as unknown as PublishedTrack;
}

/** A room of some people, each with camera and microphone. */
function room(people: number, loudest?: number) {
  const listeners = new Set<(speech: RoomSpeech) => void>();
  const speakers = {
    speech: { active: [], dominant: undefined, recent: [] } as RoomSpeech,
    watch(listener: (speech: RoomSpeech) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const sessions = new Map<string, FakeSession>();
  const forwarding = new RoomForwarding({ speakers, sessions: () => sessions.values() });
  if (loudest !== undefined) forwarding.set({ loudest });
  const microphones = new Map<string, PublishedTrack>();
  const join = (id: string) => {
    const session = new FakeSession(id);
    sessions.set(id, session);
    forwarding.joined(session);
    for (const source of ['microphone', 'camera'] as const) {
      const track = trackOf(id, source);
      if (source === 'microphone') microphones.set(id, track);
      forwarding.published(track);
    }
    return session;
  };
  const leave = (id: string) => {
    const session = sessions.get(id);
    sessions.delete(id);
    if (session) forwarding.left(session);
    for (const source of ['microphone', 'camera']) forwarding.unpublished(`${id}-${source}`);
  };
  const speak = (...ids: string[]) => {
    const active = ids.map((participantId) => ({ participantId, level: 0.5 }));
    const recent = [...ids, ...speakers.speech.recent.filter((id) => !ids.includes(id))];
    speakers.speech = { active, dominant: ids[0], recent };
    for (const listener of listeners) listener(speakers.speech);
  };
  const unmute = (id: string) => {
    microphones.get(id)?.producer.observer.emit('resume');
    vi.advanceTimersByTime(0);
  };
  for (let index = 0; index < people; index++) join(`p${index}`);
  vi.advanceTimersByTime(0);
  const one = (id: string) => {
    const session = sessions.get(id);
    if (session === undefined) throw new Error(`${id} is not there`);
    return session;
  };
  return { forwarding, sessions, join, leave, speak, unmute, one, watching: () => listeners.size };
}

describe('a room that forwards the loudest only', () => {
  it('forwards who came first, then who speaks, and never oneself', () => {
    const { one, speak } = room(6, 2);
    expect(one('p5').gets).toEqual(['p0', 'p1']);
    expect(one('p0').gets).toEqual(['p1', 'p2']);
    speak('p4');
    expect(one('p5').gets).toEqual(['p0', 'p4']);
    expect(one('p4').gets, 'who speaks gets who was there before').toEqual(['p0', 'p1']);
  });

  it('forwards who is pinned beside them, as long as they are', () => {
    const { forwarding, one } = room(6, 2);
    one('p5').pinnedTracks = ['p3-camera', 'p5-camera', 'gone'];
    forwarding.pinned(one('p5'));
    expect(one('p5').gets).toEqual(['p0', 'p1', 'p3']);
    one('p5').pinnedTracks = [];
    forwarding.pinned(one('p5'));
    expect(one('p5').gets).toEqual(['p0', 'p1']);
    expect(one('p5').forwarded?.lines.has('p3'), 'their m-lines are kept').toBe(true);
  });

  it('who waits for a seat gets it without another word', () => {
    const { one, speak } = room(4, 1);
    speak('p2');
    speak('p3');
    expect(one('p1').gets).toEqual(['p2']);
    vi.advanceTimersByTime(MIN_STAY_MS + 300);
    expect(one('p1').gets).toEqual(['p3']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has m-lines ready of who unmutes, and of a few who are next', () => {
    const { one, unmute } = room(60, 2);
    expect([...(one('p50').forwarded?.lines ?? [])]).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
    one('p50').shown = [];
    unmute('p33');
    expect(one('p50').forwarded?.lines.has('p33')).toBe(true);
    expect(one('p50').gets).toEqual(['p0', 'p1']);
    expect(one('p50').shown).toEqual(['p33-microphone', 'p33-camera']);
  });

  it('follows the option: more, everybody, some again', () => {
    const { forwarding, one, watching } = room(6);
    expect(watching(), 'nothing is measured where everybody is forwarded').toBe(0);
    expect(one('p5').forwarded).toBeUndefined();
    forwarding.set({ loudest: 1 });
    expect(one('p5').gets).toEqual(['p0']);
    forwarding.set({ loudest: 3 });
    expect(one('p5').gets).toEqual(['p0', 'p1', 'p2']);
    one('p5').shown = [];
    forwarding.set(undefined);
    expect(one('p5').forwarded).toBeUndefined();
    expect(one('p5').shown, 'everybody else’s tracks').toHaveLength(10);
    expect(watching()).toBe(0);
    forwarding.set({ loudest: 1 });
    expect(one('p5').gets).toEqual(['p0']);
    forwarding.close();
    expect(watching()).toBe(0);
  });

  it('a change costs a session as much as whom it concerns, in a room of 300', () => {
    const { one, join, leave, speak, sessions } = room(300, 3);
    const reset = () => {
      for (const session of sessions.values()) Object.assign(session, { shown: [], times: 0 });
    };
    reset();
    join('late');
    leave('p200');
    vi.advanceTimersByTime(0);
    expect(one('p100')).toMatchObject({ shown: [], times: 0 });
    expect(one('late').forwarded?.lines.size).toBeLessThanOrEqual(16);
    reset();
    speak('p250');
    const most = Math.max(...[...sessions.values()].map(({ shown }) => shown.length));
    expect(most, 'its two tracks, and those of one who is next').toBeLessThanOrEqual(4);
    for (let speaker = 0; speaker < 100; speaker++) {
      vi.advanceTimersByTime(5000);
      speak(`p${speaker}`);
    }
    for (const { forwarded } of sessions.values()) {
      expect(forwarded?.participants.size).toBe(3);
      expect(forwarded?.lines.size).toBeLessThanOrEqual(16);
    }
  });
});
