import type { RoomWebhookEvent } from '@parley/protocol/webhook';
import { expect, it } from 'vitest';
import { differences } from './history.ts';

const participant = { participantId: 'p', name: 'Ann' };
const stay = { ...participant, joinedAt: 1, leftAt: 2, reason: 'left', connectedMs: 5, sent: { bitrate: 9 } };
const track = { trackId: 't', kind: 'audio', source: 'microphone', codec: 'opus', layers: 1, muted: false };
const told = [
  { event: 'room-started', name: 'r', maxParticipants: 1, metadata: {} },
  { event: 'participant-joined', participant },
  { event: 'track-published', participantId: 'p', track },
  { event: 'participant-left', participant, reason: 'left' },
  { event: 'room-ended', reason: 'deleted' },
  { event: 'call-report', startedAt: 1, endedAt: 2, participants: [stay], omitted: 0 },
].map((event, index) => ({
  ...event,
  id: `${index}`,
  at: 0,
  roomId: 'r',
  room: { createdAt: 1 },
  seq: index + 1,
})) as RoomWebhookEvent[];
const history = [{ roomId: 'r', stays: [{ ...participant, tracks: ['t'] }] }];

it('finds nothing wrong where all was told, and every event that is missing, late or too much', () => {
  expect(differences(told, history)).toEqual([]);
  for (const index of told.keys()) expect(differences(told.toSpliced(index, 1), history)).not.toEqual([]);
  expect(differences(told.toReversed(), history)).not.toEqual([]);
  expect(differences([...told, ...told.slice(1, 2)], history)).not.toEqual([]);
  expect(differences(told, [...history, ...history])).not.toEqual([]);
});
