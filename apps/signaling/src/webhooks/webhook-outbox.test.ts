import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { WebhookEvent } from '@parley/protocol/webhook';
import { expect, it, vi } from 'vitest';
import { RoomObject } from '../room/room-object.ts';
import { MAX_EVENT_AGE, MAX_WAITING_EVENTS, WebhookOutbox } from './webhook-outbox.ts';

const A = 'https://a.example/hook?secret=1';
const B = 'https://b.example/hook';

/** Does something with an empty outbox. */
const withOutbox = (urls: readonly string[], what: (outbox: WebhookOutbox, sql: SqlStorage) => void) =>
  runInDurableObject(RoomObject.of(env, 'outbox'), (_, { storage: { sql } }) => {
    what(new WebhookOutbox(sql, urls), sql);
  });

const event = (seq: number): WebhookEvent => ({
  event: 'track-unpublished',
  id: `id-${seq}`,
  at: 0,
  roomId: 'r',
  room: { createdAt: 0 },
  seq,
  participantId: 'p',
  trackId: 't',
});

/** Delivers the next event. @returns what was sent */
function take(outbox: WebhookOutbox, url: string, now = 0): { seq: number; dropped?: number } | undefined {
  const next = outbox.next(url, now);
  if (next === undefined) return undefined;
  outbox.delivered(url, next);
  const { seq, dropped } = JSON.parse(next.body);
  return { seq, ...(dropped !== undefined && { dropped }) };
}

const rows = (sql: SqlStorage) => sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM webhook_events').one().n;

it('gives each URL every event once and in order, and forgets what all have', async () => {
  await withOutbox([A, B], (outbox, sql) => {
    expect([outbox.isEmpty, outbox.next(A, 0), outbox.dueAt(A)]).toEqual([true, undefined, undefined]);
    for (const seq of [1, 2]) outbox.add(event(seq), 0);
    expect([take(outbox, A), take(outbox, A), take(outbox, A)]).toEqual([{ seq: 1 }, { seq: 2 }, undefined]);
    expect([outbox.isEmpty, rows(sql)]).toEqual([false, 2]);
    expect([take(outbox, B), take(outbox, B)]).toEqual([{ seq: 1 }, { seq: 2 }]);
    expect([outbox.isEmpty, rows(sql)]).toEqual([true, 0]);
    outbox.add(event(3), 0);
    expect(take(outbox, A), 'numbers are not used again').toEqual({ seq: 3 });
  });
});

it('keeps so many events a URL, says how many were lost, and warns without what a URL may hide', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await withOutbox([A, B], (outbox, sql) => {
    for (let seq = 1; seq <= MAX_WAITING_EVENTS + 3; seq++) {
      outbox.add(event(seq), 0);
      if (seq === 1) take(outbox, B);
    }
    expect(rows(sql)).toBe(MAX_WAITING_EVENTS);
    expect([take(outbox, A), take(outbox, A)]).toEqual([{ seq: 4, dropped: 3 }, { seq: 5 }]);
    expect(take(outbox, B)).toEqual({ seq: 4, dropped: 2 });
  });
  expect(warn.mock.calls.map(([line]) => JSON.parse(line))).toMatchObject([
    { event: 'webhook events dropped', receiver: 'a.example' },
    { event: 'webhook events dropped', receiver: 'b.example' },
  ]);
  warn.mockRestore();
});

it('gives up what is a day old, and counts what was on its way as delivered', async () => {
  await withOutbox([A], (outbox) => {
    outbox.add(event(1), 0);
    outbox.add(event(2), 0);
    outbox.add(event(3), MAX_EVENT_AGE);
    const onItsWay = outbox.next(A, MAX_EVENT_AGE);
    expect(onItsWay).toMatchObject({ n: 1, dropped: 0 });
    const next = outbox.next(A, MAX_EVENT_AGE + 1);
    expect(next).toMatchObject({ n: 3, dropped: 2 });
    if (onItsWay !== undefined) outbox.delivered(A, onItsWay);
    expect(outbox.next(A, MAX_EVENT_AGE + 1)).toMatchObject({ n: 3, dropped: 1 });
  });
});

it('leaves a URL alone after a failure, and drops what it wants no more', async () => {
  await withOutbox([A], (outbox) => {
    for (const seq of [1, 2]) outbox.add(event(seq), 0);
    expect([outbox.failed(A, 1000), outbox.failed(A, 1000)]).toEqual([1, 2]);
    const due = outbox.dueAt(A) ?? 0;
    expect(due).toBeGreaterThanOrEqual(2000);
    expect(due).toBeLessThanOrEqual(3000);
    expect(outbox.next(A, due - 1)).toBeUndefined();
    const next = outbox.next(A, due);
    if (next !== undefined) outbox.refused(A, next);
    expect(take(outbox, A, due)).toEqual({ seq: 2, dropped: 1 });
    outbox.add(event(3), 0);
    expect(outbox.dueAt(A), 'a success begins anew').toBe(0);
  });
});

it('gives a URL that was added since what comes from then on, and forgets one that is gone', async () => {
  await withOutbox([A], (outbox, sql) => {
    outbox.add(event(1), 0);
    const changed = new WebhookOutbox(sql, [B]);
    expect(changed.isEmpty).toBe(true);
    changed.add(event(2), 0);
    expect(take(changed, B)).toEqual({ seq: 2 });
    expect(rows(sql)).toBe(0);
  });
});
