import type { Tile } from '@parley/react';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Arrangement, type ArrangementWishes, arrange, LAYOUTS } from './arrangement.ts';

const tile = (participantId: string, source: Tile['source'] = 'camera'): Tile => ({
  key: `${participantId} ${source}`,
  participantId,
  name: participantId,
  isSelf: participantId === 'me',
  source,
  trackId: undefined,
  video: undefined,
  microphoneOn: true,
});
const [me, ann, bob] = [tile('me'), tile('ann'), tile('bob')];
const [annsScreen, myScreen] = [tile('ann', 'screen'), tile('me', 'screen')];

const wishes = (change: Partial<ArrangementWishes> = {}): ArrangementWishes => ({
  layout: 'auto',
  pinned: undefined,
  speaker: undefined,
  ...change,
});
const shown = ({ main, floating, others }: Arrangement) => [
  main?.key,
  floating?.key,
  others.map(({ key }) => key),
];

it('auto: one alone, two people, many', () => {
  expect(shown(arrange([me], wishes()))).toEqual([undefined, undefined, ['me camera']]);
  expect(shown(arrange([ann, me], wishes()))).toEqual(['ann camera', 'me camera', []]);
  expect(shown(arrange([ann, bob, me], wishes()))).toEqual([
    undefined,
    undefined,
    ['ann camera', 'bob camera', 'me camera'],
  ]);
});

it('auto: a screen first, but not one’s own', () => {
  expect(shown(arrange([annsScreen, ann, me], wishes()))).toEqual([
    'ann screen',
    undefined,
    ['ann camera', 'me camera'],
  ]);
  expect(arrange([ann, myScreen, me], wishes()).main, 'who shares sees the other as before').toBe(ann);
});

it('grid: all alike, two people and screens too', () => {
  expect(arrange([ann, me], wishes({ layout: 'grid' })).others).toHaveLength(2);
  expect(arrange([annsScreen, ann, me], wishes({ layout: 'grid' })).others).toHaveLength(3);
});

it('speaker: who speaks is large, and never oneself', () => {
  const main = (speaker: string | undefined) =>
    arrange([annsScreen, ann, bob, me], wishes({ layout: 'speaker', speaker })).main?.key;
  expect([main('bob'), main('ann'), main('me'), main(undefined), main('gone')]).toEqual([
    'bob camera',
    'ann camera',
    'ann camera',
    'ann camera',
    'ann camera',
  ]);
  expect(arrange([me], wishes({ layout: 'speaker' })).main).toBeUndefined();
});

it('a pinned tile is large in any layout, until it is gone', () => {
  for (const layout of LAYOUTS) {
    const pinned = wishes({ layout, pinned: 'bob camera', speaker: 'ann' });
    expect(arrange([annsScreen, ann, bob, me], pinned).main?.key).toBe('bob camera');
    expect(arrange([ann, tile('eve'), me], pinned).main?.key).not.toBe('bob camera');
  }
  expect(shown(arrange([ann, me], wishes({ layout: 'grid', pinned: 'ann camera' })))).toEqual([
    'ann camera',
    'me camera',
    [],
  ]);
});

it('shows every tile once', () => {
  const people = fc.subarray([annsScreen, ann, tile('bob', 'screen'), bob, tile('eve'), myScreen, me]);
  fc.assert(
    fc.property(
      people,
      fc.constantFrom(...LAYOUTS),
      fc.constantFrom(undefined, 'ann screen', 'me camera', 'bob camera'),
      fc.constantFrom(undefined, 'ann', 'bob', 'me'),
      (tiles, layout, pinned, speaker) => {
        const { main, floating, others } = arrange(tiles, { layout, pinned, speaker });
        const all = [main, floating, ...others].filter((one) => one !== undefined);
        expect([...all].sort((a, b) => a.key.localeCompare(b.key))).toEqual(
          [...tiles].sort((a, b) => a.key.localeCompare(b.key)),
        );
      },
    ),
  );
});
