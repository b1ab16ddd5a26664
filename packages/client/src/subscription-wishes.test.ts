import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SubscriptionWishes } from './subscription-wishes.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const camera = { trackId: 't1', participantId: 'ann', source: 'camera' } as const;
const microphone = { trackId: 't2', participantId: 'ann', source: 'microphone' } as const;
const tracks = [camera, microphone];

function wishes(auto: boolean) {
  const changed = vi.fn();
  const told = () => {
    vi.runAllTimers();
    return changed.mock.calls.length;
  };
  return { wishes: new SubscriptionWishes(auto, changed), told };
}

describe.each([true, false])('where autoSubscribe is %s', (auto) => {
  it('says nothing of itself', () => {
    const { wishes: some, told } = wishes(auto);
    expect(some.wants(camera)).toBe(auto);
    some.set(camera, auto);
    some.published(camera);
    expect(told()).toBe(0);
    expect(some.request(tracks)).toBeUndefined();
  });

  it('names what is to be otherwise, and takes it back', () => {
    const { wishes: some, told } = wishes(auto);
    some.set(camera, !auto);
    expect(some.wants(camera)).toBe(!auto);
    expect(some.wants(microphone)).toBe(auto);
    expect(some.request(tracks)).toEqual({ type: 'subscribe', default: auto, except: ['t1'] });
    some.set(camera, auto);
    expect(told(), 'changes of a moment are told together').toBe(1);
    expect(some.request(tracks)).toEqual({ type: 'subscribe', default: auto, except: [] });
  });

  it('holds when the source is published again, until its participant leaves', () => {
    const { wishes: some, told } = wishes(auto);
    some.set(camera, !auto);
    told();
    const again = { ...camera, trackId: 't3' };
    some.published(again);
    some.published(microphone);
    expect(told()).toBe(2);
    expect(some.request([again, microphone])).toMatchObject({ except: ['t3'] });
    some.forget('ann');
    some.published(camera);
    expect(told()).toBe(2);
    expect(some.request(tracks)).toMatchObject({ except: [] });
  });

  it('leaves no timer', () => {
    const { wishes: some } = wishes(auto);
    some.set(camera, !auto);
    some.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
