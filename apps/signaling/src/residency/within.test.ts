import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { RoomObject } from '../room/room-object.ts';
import { within } from './within.ts';

type Rooms = DurableObjectNamespace<RoomObject>;

/** A namespace as Cloudflare has it, as far as it matters. */
function namespace(jurisdiction: (name: string) => Rooms): Rooms {
  return { jurisdiction } as unknown as Rooms;
}

describe('within', () => {
  it('takes the jurisdiction’s part of the namespace, and the whole for rooms that are pinned nowhere', () => {
    const european = namespace(() => env.ROOMS);
    const asked: string[] = [];
    const whole = namespace((name) => {
      asked.push(name);
      return european;
    });
    expect(within(whole, 'eu')).toBe(european);
    expect(asked).toEqual(['eu']);
    expect(within(whole, undefined)).toBe(whole);
  });

  it('takes the whole where the runtime knows one place only, as the local one does', () => {
    expect(within(env.ROOMS, 'eu')).toBe(env.ROOMS);
  });

  it('passes on every other objection: nothing is made elsewhere instead', () => {
    const broken = namespace(() => {
      throw new Error('This account has no jurisdiction eu.');
    });
    expect(() => within(broken, 'eu')).toThrow('no jurisdiction');
  });
});
