import { expect, inject, it } from 'vitest';
import { benchJoin } from './join.ts';

it('times every step of every join, to the top layer', { timeout: 240_000 }, async () => {
  const targets = [{ name: 'here', url: inject('url') }];
  const joins = await benchJoin(targets, { joins: 2, cold: 1, camera: 1, listeners: 1 }, () => undefined);
  expect(joins.map(({ scene, carrier }) => `${scene}, ${carrier}`).sort()).toEqual([
    'new room, direct',
    'new room, relay',
    'running room, Chromium’s camera, direct',
    'running room, Chromium’s camera, relay',
    'running room, direct',
    'running room, direct',
    'running room, relay',
    'running room, relay',
  ]);
  for (const { carrier, scene, times, firstWidth } of joins) {
    const join = `${scene}, ${carrier}: ${JSON.stringify(times)}`;
    const inOrder = [
      times['socket open'],
      times.joined,
      times['media-session'],
      ...(carrier === 'direct' ? [times['direct socket open']] : []),
      times['offer came'],
      times['answer sent'],
      times['first frame shown'],
      times['top layer shown'],
    ];
    expect(inOrder, join).toEqual(inOrder.map(() => expect.any(Number)));
    expect(inOrder, join).toEqual(inOrder.toSorted((a = 0, b = 0) => a - b));
    expect(times['DTLS connected'], join).toBeGreaterThan(times['socket open'] ?? 0);
    expect(times['key frame came'], join).toBeGreaterThan(times['joined'] ?? 0);
    expect([320, 640, 1280], join).toContain(firstWidth);
  }
});
