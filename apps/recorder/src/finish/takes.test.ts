import type { Piece, PlannedTrack } from '@parley/protocol/recording/recorder-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placePieces, planTakes } from './takes.ts';
import { planOf } from './testing/finish-folder.ts';

interface PieceOptions {
  trackId: string;
  index: number;
  at: number;
  ms: number;
  until?: number;
  epoch?: number;
}

function piece({ trackId, index, at, ms, until, epoch = 1 }: PieceOptions): Piece {
  return {
    segment: {
      ...{
        trackId,
        epoch,
        index,
        file: `${epoch}/${trackId}/${index}.webm`,
        frames: 1,
        keyFrame: true,
        lost: 0,
      },
      ...{ rtpFrom: index * 900_000, rtpTo: index * 900_000 + ms * 90, bytes: 1, sha256: '0'.repeat(64) },
    },
    at,
    rate: 90_000,
    ...(until === undefined ? {} : { until }),
  };
}

function track(
  trackId: string,
  pieces: Omit<PieceOptions, 'trackId' | 'index'>[],
  participantId = 'p',
): PlannedTrack {
  return {
    ...{ trackId, participantId, kind: 'video', source: 'camera', mimeType: 'video/VP8' },
    pieces: pieces.map((options, index) => piece({ trackId, index, ...options })),
  };
}

describe('pieces on one line', () => {
  it('are in order and never two at a time, however tracks overlap', () => {
    const pieces = fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 10_000 })), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40_000), pieces), { maxLength: 4 }), (tracks) => {
        const given = tracks.map(([start, list], number) => {
          let at = start;
          const placed = list.map(([gap, ms]) => {
            const from = at + gap;
            at = from + ms;
            return { at: from, ms };
          });
          return track(`t${number}`, placed);
        });
        const placed = placePieces(given);
        for (const [index, { from, to }] of placed.entries()) {
          expect(to).toBeGreaterThan(from);
          expect(from).toBeGreaterThanOrEqual((placed[index - 1]?.to ?? 0) - 1e-6);
        }
      }),
    );
  });

  it('go on where the one before of the same track ended, if all of that one is used', () => {
    const placed = placePieces([
      track('t', [
        { at: 0, ms: 1000 },
        { at: 1000, ms: 1000, until: 1500 },
        { at: 2000, ms: 1000 },
        { at: 3000, ms: 1000, until: 9000 },
      ]),
    ]);
    expect(placed.map(({ continues }) => continues)).toEqual([false, true, false, true]);
    expect(placed.map(({ cut }) => cut)).toEqual([false, true, false, false]);
  });

  it('of a track that begins while another lasts count until it ends', () => {
    const placed = placePieces([
      track('old', [
        { at: 0, ms: 1000 },
        { at: 1000, ms: 1000 },
        { at: 2000, ms: 1000 },
      ]),
      track('new', [{ at: 500, ms: 1200 }]),
    ]);
    expect(placed.map(({ segment, from, to }) => [segment.trackId, from, to])).toEqual([
      ['old', 0, 500],
      ['new', 500, 1700],
      ['old', 2000, 3000],
    ]);
  });
});

describe('takes', () => {
  it('are called by ids that paths can hold, and by a sum of others', () => {
    const names = planTakes(
      planOf([
        track('a', [{ at: 0, ms: 1000 }], '../../etc/passwd'),
        track('b', [{ at: 0, ms: 1000 }], 'ok_1'),
      ]),
    ).map(({ name }) => name);
    expect(names).toContain('participant-ok_1');
    for (const name of names) expect(name).toMatch(/^participant-[a-z0-9_]+$/);
  });
});
