import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RoomObject } from '../room/room-object.ts';
import { joinRoom } from '../testing/test-socket.ts';
import { LimiterObject } from './limiter-object.ts';
import type { Place } from './place.ts';

let address = 0;
beforeEach(() => {
  address += 1;
});
afterEach(() => {
  vi.restoreAllMocks();
});
const limiter = () => LimiterObject.ofAddress(env, `203.0.113.${address}`);

function participant(id: string, roomId = 'nowhere'): Place {
  return { kind: 'participants', id, roomId };
}

/** What the object has stored: values and its alarm. */
function stored(): Promise<{ values: number; alarm: number | null }> {
  return runInDurableObject(limiter(), async (_, { storage }) => ({
    values: [...storage.kv.list()].length,
    alarm: await storage.getAlarm(),
  }));
}

describe('places', () => {
  it('are never more than the limit, however many ask at once', async () => {
    const asked = Array.from({ length: 40 }, (_, i) => limiter().reserve(participant(`p${i}`), 10));
    expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(10);
    expect(await limiter().count('participants')).toBe(10);
    expect(await limiter().reserve({ kind: 'rooms', id: 'r', roomId: 'r' }, 1), 'rooms count apart').toBe(
      true,
    );
  });

  it('are one however often the same is asked for, and are free again once', async () => {
    expect(await limiter().reserve(participant('a'), 1)).toBe(true);
    expect(await limiter().reserve(participant('a'), 1)).toBe(true);
    expect(await limiter().reserve(participant('b'), 1)).toBe(false);
    await limiter().free('participants', ['a', 'a', 'unknown']);
    expect(await limiter().reserve(participant('b'), 1)).toBe(true);
  });

  it('outlast a restart, and leave nothing stored when all are free', async () => {
    for (const id of ['a', 'b']) await limiter().reserve(participant(id), 5);
    await evictDurableObject(limiter());
    expect(await limiter().count('participants')).toBe(2);
    expect(await stored()).toMatchObject({ values: 2, alarm: expect.any(Number) });
    await limiter().free('participants', ['a', 'b']);
    expect(await stored()).toEqual({ values: 0, alarm: null });
  });

  it('that a room gave back unheard are found when somebody is refused; those that are taken stay', async () => {
    const { participantId } = await joinRoom('kept', 'Ann');
    await limiter().reserve(participant(participantId, 'kept'), 2);
    await limiter().reserve(participant('lost', 'kept'), 2);
    expect(await limiter().reserve(participant('new'), 2), 'so young that they may be on their way').toBe(
      false,
    );
    expect(await limiter().count('participants')).toBe(2);
    await evictDurableObject(limiter());
    expect(await limiter().reserve(participant('new'), 2)).toBe(false);
    await expect.poll(() => limiter().reserve(participant('new'), 2)).toBe(true);
    expect(await limiter().reserve(participant('newer'), 2), 'Ann is still there').toBe(false);
  });

  it('that nobody holds are found in time where nobody asks', async () => {
    await limiter().reserve(participant('lost'), 2);
    await evictDurableObject(limiter());
    expect(await runDurableObjectAlarm(limiter())).toBe(true);
    expect(await stored()).toEqual({ values: 0, alarm: null });
  });

  it('that nobody holds are found among more rooms than are asked at once, though the object sleeps between', async () => {
    vi.spyOn(RoomObject.prototype, 'holds').mockImplementation((ids) => ids.filter((id) => id !== 'z-lost'));
    const rooms = Array.from({ length: 100 }, (_, i) => participant(`p${i}`, `room-${i}`));
    for (const place of [...rooms, participant('z-lost', 'room-lost')]) await limiter().reserve(place, 101);
    let looks = 0;
    while ((await limiter().count('participants')) > 100 && looks < 40) {
      await evictDurableObject(limiter());
      await runDurableObjectAlarm(limiter());
      looks += 1;
    }
    expect(await limiter().count('participants')).toBe(100);
  });

  it('are what the room says: more than the limit, if they are there', async () => {
    await limiter().reserve(participant('gone', 'r'), 2);
    await limiter().reserve(participant('elsewhere', 'r2'), 2);
    await limiter().refresh('participants', 'r', ['a', 'b']);
    expect(await limiter().count('participants'), 'gone may have come while the room spoke').toBe(4);
    await evictDurableObject(limiter());
    await limiter().refresh('participants', 'r', ['a', 'b']);
    expect(await limiter().count('participants')).toBe(3);
  });

  it('follow any order of coming, going and restarts', async () => {
    // Their rooms, which are asked when somebody is refused, hold them.
    vi.spyOn(RoomObject.prototype, 'holds').mockImplementation((ids) => [...ids]);
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const step = fc.oneof(
      fc.record({ type: fc.constant('come' as const), id }),
      fc.record({ type: fc.constant('go' as const), id }),
      fc.record({ type: fc.constant('restart' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        address += 1;
        const here = new Set<string>();
        await limiter().count('participants');
        for (const one of steps) {
          if (one.type === 'restart') await evictDurableObject(limiter());
          else if (one.type === 'come') {
            const fits = here.has(one.id) || here.size < 3;
            expect(await limiter().reserve(participant(one.id), 3)).toBe(fits);
            if (fits) here.add(one.id);
          } else {
            await limiter().free('participants', [one.id]);
            here.delete(one.id);
          }
          expect(await limiter().count('participants')).toBe(here.size);
        }
        await limiter().free('participants', [...here]);
        expect(await stored()).toEqual({ values: 0, alarm: null });
      }),
      { numRuns: 30 },
    );
  });
});

describe('requests', () => {
  it('are a minute’s worth at once, and a restart forgets none of a crowd', async () => {
    const waits = await Promise.all(Array.from({ length: 40 }, () => limiter().request(30)));
    const refused = waits.filter((wait) => wait > 0);
    expect(refused.length).toBeGreaterThanOrEqual(9);
    for (const wait of refused) expect(wait).toBeLessThanOrEqual(2_000);
    await evictDurableObject(limiter());
    const after = await Promise.all(Array.from({ length: 30 }, () => limiter().request(30)));
    expect(after.filter((wait) => wait === 0)).toEqual([]);
  });

  it('of a quiet address are not stored, and those of a crowd for a minute', async () => {
    for (let i = 0; i < 4; i++) await limiter().request(60);
    expect(await stored()).toEqual({ values: 0, alarm: null });
    await Promise.all(Array.from({ length: 20 }, () => limiter().request(60)));
    expect(await stored()).toMatchObject({ values: 1, alarm: expect.any(Number) });
    await runInDurableObject(limiter(), (_, { storage }) => {
      const level = storage.kv.get<{ tokens: number; at: number }>('requests');
      storage.kv.put('requests', { tokens: level?.tokens, at: Number(level?.at) - 60_000 });
    });
    await evictDurableObject(limiter());
    expect(await runDurableObjectAlarm(limiter())).toBe(true);
    expect(await stored()).toEqual({ values: 0, alarm: null });
  });
});
