import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { LoggedEvent } from '@parley/room/effects';
import { expect, it } from 'vitest';
import { EventLog } from './event-log.ts';
import { RoomObject } from './room-object.ts';

const chat = (seq: number, except?: string): LoggedEvent => ({
  event: { type: 'chat', roomId: 'r', seq, participantId: 'p', name: 'Ann', text: `${seq}`, at: 0 },
  ...(except !== undefined && { except }),
});

it('gives back what a participant is to hear, in order, also when it was started anew', async () => {
  await runInDurableObject(RoomObject.of(env, 'log'), (_, { storage }) => {
    new EventLog(storage).append([chat(1), chat(2, 'p-2'), chat(3), chat(4)]);
    const heard = new EventLog(storage).between('p-2', 0, 3).map(({ seq }) => seq);
    expect(heard).toEqual([1, 3]);
  });
});

it('leaves nothing in an object without a room when a room that was closed is asked for', async () => {
  await runInDurableObject(RoomObject.of(env, 'no-log'), async (_, { storage }) => {
    const log = new EventLog(storage);
    log.append([chat(1)]);
    await storage.deleteAll();
    log.forget();
    expect(log.between('p', 0, 9)).toEqual([]);
    expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'events'").toArray()).toEqual([]);
    log.append([chat(1)]);
    expect(log.between('p', 0, 9)).toHaveLength(1);
  });
});
