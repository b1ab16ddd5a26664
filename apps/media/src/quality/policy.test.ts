import type { Quality } from '@parley/protocol/track';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitOf, NO_LIMIT, SHED_STEPS } from '../capacity/shed-step.ts';
import {
  decide,
  flows,
  type LinkLimit,
  NOBODY,
  PRIORITY,
  type Situation,
  type TrackFacts,
  type Wish,
} from './policy.ts';

const LADDER = [
  { width: 320, height: 240 },
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
];
const FREE: Situation = { limit: NO_LIMIT, speakers: NOBODY, ladder: LADDER };
const CAMERA: TrackFacts = { trackId: 't', participantId: 'ann', kind: 'video', source: 'camera', layers: 3 };
const AUTO: Wish = { quality: 'auto' };
const TILE = { width: 320, height: 180 };

describe('the layer', () => {
  it('is the best where nobody says anything', () => {
    expect(decide(CAMERA, AUTO, FREE)).toEqual({
      requested: 'auto',
      applied: 'auto',
      spatialLayer: 2,
      ceiling: 2,
      priority: PRIORITY.other,
    });
  });

  it('is lower for a while where the link failed to carry it, which publishers need not know', () => {
    expect(decide(CAMERA, AUTO, FREE, { barred: 2 })).toMatchObject({ spatialLayer: 2, ceiling: 1 });
    expect(decide(CAMERA, AUTO, FREE, { barred: 0 }), 'there is none below').toMatchObject({ ceiling: 0 });
    expect(decide(CAMERA, { quality: 'low' }, FREE, { barred: 2 })).toMatchObject({ ceiling: 0 });
  });

  it('is the one that the view needs; what the subscriber shows is no limit', () => {
    const decision = decide(CAMERA, { quality: 'high', view: TILE }, FREE);
    expect(decision).toMatchObject({ requested: 'high', applied: 'high', spatialLayer: 0, viewLayer: 0 });
    expect(decision).not.toHaveProperty('limitedBy');
  });

  it('is the lower of wish and view', () => {
    const large = { width: 1280, height: 720 };
    expect(decide(CAMERA, { quality: 'low', view: large }, FREE).spatialLayer).toBe(0);
    expect(decide(CAMERA, { quality: 'medium', view: large }, FREE).spatialLayer).toBe(1);
  });

  it('of a screen is not chosen by its view: it is to be read', () => {
    const screen = { ...CAMERA, source: 'screen' as const };
    expect(decide(screen, { quality: 'auto', view: TILE }, FREE).spatialLayer).toBe(2);
  });

  it('says what keeps it down', () => {
    const limit = limitOf('medium');
    expect(decide(CAMERA, AUTO, { ...FREE, limit })).toMatchObject({
      spatialLayer: 1,
      applied: 'medium',
      limitedBy: 'server-load',
    });
    expect(decide(CAMERA, AUTO, FREE, { layer: 0 })).toMatchObject({
      applied: 'low',
      limitedBy: 'bandwidth',
    });
    expect(decide(CAMERA, { quality: 'high' }, FREE, { layer: 1 })).toMatchObject({
      requested: 'high',
      applied: 'medium',
      limitedBy: 'bandwidth',
      spatialLayer: 2,
    });
    expect(
      decide(CAMERA, { quality: 'low' }, FREE, { layer: 0 }),
      'as much as was asked for',
    ).not.toHaveProperty('limitedBy');
  });
});

describe('what is sent at all', () => {
  it('is nothing of what is not shown, which is no event', () => {
    const decision = decide(CAMERA, { quality: 'auto', view: { width: 0, height: 0 } }, FREE);
    expect(flows(decision)).toBe(false);
    expect(decision).not.toHaveProperty('limitedBy');
    expect(decision).not.toHaveProperty('paused');
  });

  it('leaves out what the link does not carry, and says so', () => {
    expect(decide(CAMERA, AUTO, FREE, { paused: true })).toMatchObject({
      limitedBy: 'bandwidth',
      paused: true,
    });
  });

  it('is in big rooms who is among the loudest, and all screens', () => {
    const crowd = { ...FREE, forwarded: new Set(['bob']) };
    expect(decide(CAMERA, AUTO, crowd)).toMatchObject({ limitedBy: 'room-size', paused: true });
    const microphone: TrackFacts = { ...CAMERA, kind: 'audio', source: 'microphone', layers: 1 };
    expect(decide(microphone, AUTO, crowd)).toMatchObject({ limitedBy: 'room-size', paused: true });
    expect(flows(decide({ ...CAMERA, source: 'screen' }, AUTO, crowd))).toBe(true);
    expect(flows(decide({ ...CAMERA, participantId: 'bob' }, AUTO, crowd))).toBe(true);
  });
});

describe('the order', () => {
  it('is pinned, screen, dominant, recent, others', () => {
    const speakers = { dominant: 'ann', recent: new Set(['ann', 'bob']) };
    const situation = { ...FREE, speakers };
    const of = (participantId: string, source: TrackFacts['source'] = 'camera', pinned = false) =>
      decide({ ...CAMERA, participantId, source }, { quality: 'auto', view: { ...TILE, pinned } }, situation)
        .priority;
    const order = [of('eve', 'camera', true), of('eve', 'screen'), of('ann'), of('bob'), of('eve')];
    expect(order).toEqual([
      PRIORITY.pinned,
      PRIORITY.screen,
      PRIORITY.dominant,
      PRIORITY.recent,
      PRIORITY.other,
    ]);
    expect(order, 'descending').toEqual([...order].sort((a, b) => b - a));
  });
});

const QUALITIES: readonly Quality[] = ['low', 'medium', 'high', 'auto'];
const quality = fc.constantFrom(...QUALITIES);
const layers = fc.integer({ min: 1, max: 8 });
const edge = fc.integer({ min: 0, max: 2000 });
const view = fc.option(fc.record({ width: edge, height: edge, pinned: fc.boolean() }), { nil: undefined });
const wish = fc.record({ quality, view, viewLayer: fc.option(fc.nat(7), { nil: undefined }) });
const id = fc.constantFrom('ann', 'bob', 'eve');
const situation = fc.record({
  limit: fc.constantFrom(...SHED_STEPS).map(limitOf),
  speakers: fc.record({
    dominant: fc.option(id, { nil: undefined }),
    recent: fc.array(id).map((ids) => new Set(ids)),
  }),
  forwarded: fc.option(
    fc.array(id).map((ids) => new Set(ids)),
    { nil: undefined },
  ),
  ladder: fc.constant(LADDER),
});
const link: fc.Arbitrary<LinkLimit> = fc.record({
  paused: fc.boolean(),
  layer: fc.option(fc.nat(7), { nil: undefined }),
  barred: fc.option(fc.nat(7), { nil: undefined }),
});
const video = fc.record({
  trackId: fc.constant('t'),
  participantId: id,
  kind: fc.constant('video' as const),
  source: fc.constantFrom('camera' as const, 'screen' as const),
  layers,
});

describe('whatever the wishes, the room and the link', () => {
  it('sound goes on, unless the room forwards somebody else’s', () => {
    const sound = fc.record({
      trackId: fc.constant('t'),
      participantId: id,
      kind: fc.constant('audio' as const),
      source: fc.constantFrom('microphone' as const, 'screen-audio' as const),
      layers: fc.constant(1),
    });
    fc.assert(
      fc.property(sound, wish, situation, link, (track, wished, room, limited) => {
        const decision = decide(track, wished, room, limited);
        if (!flows(decision)) expect(decision.limitedBy).toBe('room-size');
      }),
    );
  });

  it('a layer is one that is there, a priority one that the worker takes, and a pause has a reason', () => {
    fc.assert(
      fc.property(video, wish, situation, link, (track, wished, room, limited) => {
        const decision = decide(track, wished, room, limited);
        expect(decision.spatialLayer).toBeGreaterThanOrEqual(0);
        expect(decision.spatialLayer).toBeLessThan(track.layers);
        expect(decision.ceiling).toBeGreaterThanOrEqual(0);
        expect(decision.ceiling).toBeLessThanOrEqual(decision.spatialLayer);
        expect(decision.priority).toBeGreaterThanOrEqual(1);
        expect(decision.priority).toBeLessThanOrEqual(255);
        if (decision.paused) expect(['server-load', 'bandwidth', 'room-size']).toContain(decision.limitedBy);
      }),
    );
  });

  it('a better wish is never a worse layer', () => {
    fc.assert(
      fc.property(video, wish, situation, link, (track, wished, room, limited) => {
        const chosen = QUALITIES.map(
          (better) => decide(track, { ...wished, quality: better }, room, limited).spatialLayer,
        );
        expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
      }),
    );
  });

  it('a pin never makes anything worse', () => {
    fc.assert(
      fc.property(video, wish, situation, link, (track, wished, room, limited) => {
        if (wished.view === undefined) return;
        const pinned = decide(track, { ...wished, view: { ...wished.view, pinned: true } }, room, limited);
        const not = decide(track, { ...wished, view: { ...wished.view, pinned: false } }, room, limited);
        expect(pinned.priority).toBeGreaterThan(not.priority);
        expect(pinned.spatialLayer).toBe(not.spatialLayer);
        expect(flows(pinned)).toBe(flows(not));
      }),
    );
  });
});
