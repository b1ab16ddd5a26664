import type { LocalTracks } from '@parley/client/local-tracks';
import type { RoomParticipant, RoomTrack } from '@parley/client/roster';
import type { RemoteTrack } from '@parley/client/subscriber';
import { expect, it } from 'vitest';
import { tilesOf } from './tiles.ts';

const media = (id: string) => ({ id }) as MediaStreamTrack;
const track = (trackId: string, source: RoomTrack['source'], muted = false): RoomTrack => ({
  trackId,
  source,
  kind: source === 'camera' || source === 'screen' ? 'video' : 'audio',
  layers: 1,
  muted,
});
const person = (participantId: string, joinedAt: number, tracks: RoomTrack[] = [], isSelf = false) =>
  ({ participantId, name: participantId, joinedAt, isSelf, tracks }) satisfies RoomParticipant;
const roster = (...people: RoomParticipant[]) => new Map(people.map((one) => [one.participantId, one]));
const remote = (trackId: string, participantId: string, source: RemoteTrack['source']) =>
  [trackId, { trackId, participantId, kind: 'video', source, track: media(trackId) }] as const;
const nothing: LocalTracks = new Map();

it('shows the others as they came, then oneself', () => {
  const tiles = tilesOf(
    roster(person('me', 1, [], true), person('late', 9), person('early', 2)),
    new Map(),
    nothing,
  );
  expect(tiles.map(({ participantId }) => participantId)).toEqual(['early', 'late', 'me']);
});

it('shows a screen before its owner', () => {
  const ann = person('ann', 1, [track('c', 'camera'), track('s', 'screen')]);
  const tiles = tilesOf(
    roster(ann),
    new Map([remote('c', 'ann', 'camera'), remote('s', 'ann', 'screen')]),
    nothing,
  );
  expect(tiles.map(({ source, video }) => [source, video?.id])).toEqual([
    ['screen', 's'],
    ['camera', 'c'],
  ]);
});

it('shows nothing of a camera that is off or has not arrived', () => {
  const off = person('off', 1, [track('a', 'camera', true)]);
  const coming = person('coming', 2, [track('b', 'camera')]);
  const tiles = tilesOf(roster(off, coming), new Map([remote('a', 'off', 'camera')]), nothing);
  expect(tiles.map(({ video }) => video)).toEqual([undefined, undefined]);
});

it('says why a picture stands still', () => {
  const ann = person('ann', 1, [track('c', 'camera'), track('s', 'screen')]);
  const screen: RemoteTrack = remote('s', 'ann', 'screen')[1];
  const tiles = tilesOf(
    roster(ann),
    new Map<string, RemoteTrack>([remote('c', 'ann', 'camera'), ['s', { ...screen, paused: 'bandwidth' }]]),
    nothing,
  );
  expect(tiles.map(({ source, paused, video }) => [source, paused, video?.id])).toEqual([
    ['screen', 'bandwidth', 's'],
    ['camera', undefined, 'c'],
  ]);
});

it('marks who cannot be heard', () => {
  const people = roster(
    person('talks', 1, [track('a', 'microphone')]),
    person('muted', 2, [track('b', 'microphone', true)]),
    person('listens', 3),
  );
  expect(tilesOf(people, new Map(), nothing).map(({ microphoneOn }) => microphoneOn)).toEqual([
    true,
    false,
    false,
  ]);
});

it('shows oneself from this side, without waiting for the server', () => {
  const local: LocalTracks = new Map([
    ['camera', { track: media('mine'), enabled: true }],
    ['microphone', { track: media('voice'), enabled: true }],
    ['screen', { track: media('desk'), enabled: true }],
  ]);
  const tiles = tilesOf(roster(person('me', 1, [], true)), new Map(), local);
  expect(tiles.map(({ source, video, microphoneOn }) => [source, video?.id, microphoneOn])).toEqual([
    ['screen', 'desk', true],
    ['camera', 'mine', true],
  ]);
});
