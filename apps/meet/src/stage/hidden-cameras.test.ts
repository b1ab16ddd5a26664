import type { Tile } from '@parley/react';
import { expect, it } from 'vitest';
import { hiddenCameras } from './hidden-cameras.ts';

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

it('are those of others that are not shown; screens never', () => {
  const tiles = [
    tile('a', 'a1'),
    tile('b', 'b1'),
    tile('b', 'b2', 'screen'),
    tile('c', undefined),
    tile('me', 'm1'),
  ];
  expect(hiddenCameras(tiles, ({ name }) => name === 'a')).toEqual(['b1']);
});
