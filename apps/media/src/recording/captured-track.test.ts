import type { Producer } from 'mediasoup/types';
import { expect, it } from 'vitest';
import { limitOf } from '../capacity/shed-step.ts';
import { capturedLayer } from './captured-track.ts';

const producer = (type: Producer['type'], encodings: Producer['rtpParameters']['encodings']) =>
  ({ producer: { type, rtpParameters: { encodings } } }) as Parameters<typeof capturedLayer>[0];

const simulcast = producer('simulcast', [{ ssrc: 1 }, { ssrc: 2 }, { ssrc: 3 }]);
const svc = producer('svc', [{ ssrc: 1, scalabilityMode: 'L3T3' }]);
const simple = producer('simple', [{ ssrc: 1 }]);

it.each([
  ['high', 2],
  ['medium', 1],
  ['low', 0],
] as const)('of three layers, %s is layer %i, of one there is one', (quality, layer) => {
  expect(capturedLayer(simulcast, { quality }, limitOf('none'))).toBe(layer);
  expect(capturedLayer(svc, { quality }, limitOf('none'))).toBe(layer);
  expect(capturedLayer(simple, { quality }, limitOf('none'))).toBe(0);
});

it('load takes layers, and no picture', () => {
  const layers = (['refuse', 'medium', 'low', 'no-cameras', 'no-screens'] as const).map((step) =>
    capturedLayer(simulcast, { quality: 'high' }, limitOf(step)),
  );
  expect(layers).toEqual([2, 1, 0, 0, 0]);
  expect(capturedLayer(simulcast, { quality: 'low' }, limitOf('medium')), 'never more').toBe(0);
});
