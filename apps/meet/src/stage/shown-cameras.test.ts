import type { Tile } from '@parley/react';
import { expect, it } from 'vitest';
import { cameraTracks } from './shown-cameras.ts';

const tile = (name: string, trackId: string | undefined, source: Tile['source'] = 'camera'): Tile => ({
  key: `${name} ${source}`,
  participantId: name,
  name,
  isSelf: name === 'me',
  source,
  trackId,
  video: undefined,
  microphoneOn: true,
});

it('wants the cameras that are shown and not the others; screens always', () => {
  const tiles = [
    tile('a', 'a1'),
    tile('b', 'b1'),
    tile('b', 'b2', 'screen'),
    tile('c', undefined),
    tile('me', 'm1'),
  ];
  expect(cameraTracks(tiles, ({ name }) => name === 'a')).toEqual({ shown: ['a1'], hidden: ['b1'] });
});
