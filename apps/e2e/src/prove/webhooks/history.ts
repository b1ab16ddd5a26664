import type { RoomWebhookEvent } from '@parley/protocol/webhook';

/** What has happened to a room, as those who made it happen know: one of an id after another. */
export interface RoomHistory {
  roomId: string;
  /** In the order in which they came. */
  stays: { participantId: string; name: string; tracks: string[] }[];
}

type Of<E extends RoomWebhookEvent['event']> = Extract<RoomWebhookEvent, { event: E }>;

/**
 * Compares what was told of the rooms of one id with what has happened.
 *
 * @param told in the order in which it came
 * @param histories one for each time that the room was made
 * @returns what is wrong
 */
export function differences(told: readonly RoomWebhookEvent[], histories: readonly RoomHistory[]): string[] {
  const wrong: string[] = [];
  const instances = [...new Set(told.map(({ room }) => room.createdAt))];
  if (instances.length !== histories.length) {
    return [`${histories[0]?.roomId}: told of ${instances.length} rooms instead of ${histories.length}`];
  }
  const order = told.map(({ room }) => instances.indexOf(room.createdAt));
  if (order.some((instance, index) => instance < (order[index - 1] ?? 0)))
    wrong.push('an older room’s event came late');
  for (const [index, createdAt] of instances.entries()) {
    const events = told.filter(({ room }) => room.createdAt === createdAt);
    const history = histories[index];
    if (history !== undefined) wrong.push(...differencesOf(events, history));
  }
  return wrong.map((what) => `${histories[0]?.roomId}: ${what}`);
}

function differencesOf(events: readonly RoomWebhookEvent[], { stays }: RoomHistory): string[] {
  const wrong: string[] = [];
  const compare = (what: string, is: readonly unknown[], should: readonly unknown[]) => {
    if (JSON.stringify(is) !== JSON.stringify(should)) {
      wrong.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
    }
  };
  const all = <E extends RoomWebhookEvent['event']>(name: E) =>
    events.filter((event): event is Of<E> => event.event === name);
  compare(
    'numbers',
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
  );
  compare('first', [events[0]?.event], ['room-started']);
  compare('ends', all('room-ended').length === 1 ? ['once'] : all('room-ended'), ['once']);
  const ids = stays.map(({ participantId }) => participantId);
  compare(
    'joined',
    all('participant-joined').map(({ participant }) => participant.participantId),
    ids,
  );
  compare(
    'left',
    all('participant-left')
      .map(({ participant }) => participant.participantId)
      .sort(),
    [...ids].sort(),
  );
  compare(
    'names',
    all('participant-left')
      .map(({ participant: { name } }) => name)
      .sort(),
    stays.map(({ name }) => name).sort(),
  );
  const published = stays.flatMap(({ tracks }) => tracks).sort();
  compare('tracks', [...new Set(all('track-published').map(({ track }) => track.trackId))].sort(), published);
  const reported = all('call-report').flatMap(({ participants }) => participants);
  compare('reported', reported.map(({ participantId }) => participantId).sort(), [...ids].sort());
  for (const { participantId, connectedMs = 0, sent } of reported) {
    const stay = stays.find((one) => one.participantId === participantId);
    if (stay === undefined || stay.tracks.length === 0) continue;
    if (connectedMs === 0 || (sent?.bitrate ?? 0) === 0)
      wrong.push(`${stay.name} has no media in its report`);
  }
  const seen = new Map(
    events.map((event) => [
      event.event === 'participant-joined' ? event.participant.participantId : '',
      event.seq,
    ]),
  );
  for (const { participant, seq } of all('participant-left')) {
    if ((seen.get(participant.participantId) ?? seq) > seq)
      wrong.push(`${participant.name} left before it came`);
  }
  return wrong;
}
