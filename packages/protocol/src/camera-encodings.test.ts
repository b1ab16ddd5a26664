import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameraEncodings } from './camera-encodings.ts';
import type { Layers } from './simulcast.ts';

const layers: Layers = {
  low: { width: 320, height: 240, framerate: 15, bitrate: 150_000 },
  medium: { width: 640, height: 480, framerate: 30, bitrate: 500_000 },
  high: { width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 },
};
const sizes = (width: number, height: number) =>
  cameraEncodings(width, height, layers).map((e) => [
    Math.round(width / e.scaleResolutionDownBy),
    Math.round(height / e.scaleResolutionDownBy),
  ]);

describe('cameraEncodings', () => {
  it('fits the boxes with the aspect ratio kept', () => {
    expect(sizes(1280, 720)).toEqual([
      [320, 180],
      [640, 360],
      [1280, 720],
    ]);
    expect(sizes(1920, 1080)).toEqual([
      [320, 180],
      [640, 360],
      [1280, 720],
    ]);
    expect(sizes(720, 1280)).toEqual([
      [180, 320],
      [360, 640],
      [720, 1280],
    ]);
  });

  it('ends where the camera has no more pixels', () => {
    expect(sizes(640, 480)).toEqual([
      [320, 240],
      [640, 480],
    ]);
    expect(sizes(320, 240)).toEqual([[320, 240]]);
  });

  it('never scales up, never leaves a box, and ascends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 4096 }), fc.integer({ min: 16, max: 4096 }), (width, height) => {
        const encodings = cameraEncodings(width, height, layers);
        expect(encodings.length).toBeGreaterThan(0);
        let last = Number.POSITIVE_INFINITY;
        for (const { rid, scaleResolutionDownBy } of encodings) {
          expect(scaleResolutionDownBy).toBeGreaterThanOrEqual(1);
          expect(scaleResolutionDownBy).toBeLessThan(last);
          last = scaleResolutionDownBy;
          const box = layers[rid];
          const long = Math.max(width, height) / scaleResolutionDownBy;
          const short = Math.min(width, height) / scaleResolutionDownBy;
          expect(long).toBeLessThanOrEqual(box.width + 1e-9);
          expect(short).toBeLessThanOrEqual(box.height + 1e-9);
        }
      }),
    );
  });
});
