import type { Recording } from '@parley/protocol/rest';
import type { RecordingFacts } from '@parley/recording/facts';
import { recorded } from '@parley/room/recorder-link';
import type { RecordingNews, RecordingState } from '@parley/room/recording-state';
import type { RoomState } from '@parley/room/state';
import type { Environment } from '../environment.ts';
import { RecordingObject } from '../recordings/recording-object.ts';

/**
 * What a room knows of a recording that goes on in it, or whose end its memory may not have heard of; undefined when it knows
 * nothing.
 */
export function recordingFacts(
  { recording, recordings }: RoomState,
  recordingId: string,
): Pick<RecordingFacts, 'turns' | 'stopped'> | undefined {
  if (recording?.recordingId === recordingId && recording.begun) return { turns: recording.turns };
  return toldFacts(recordings.untold, recordingId);
}

/** What news say of a recording; undefined when they do not say that it ended. */
export function toldFacts(
  news: readonly RecordingNews[],
  recordingId: string,
): Pick<RecordingFacts, 'turns' | 'stopped'> | undefined {
  const untold = news.filter((one) => one.recordingId === recordingId);
  const end = untold.find((one) => one.type === 'stopped');
  if (end === undefined) return undefined;
  const turns = untold.flatMap((one) => (one.type === 'turn' ? [one.turn] : []));
  return { turns, stopped: { at: end.at, reason: end.reason } };
}

/** A recording as it is shown while the room has it; its object tells more as soon as it has heard of it. */
export function shownRecording(
  { roomId, participants }: RoomState,
  { recordingId, options, startedAt, by }: RecordingState,
  stoppedAt?: number,
): Recording {
  return {
    id: recordingId,
    roomId,
    status: stoppedAt === undefined ? 'recording' : 'finishing',
    options,
    startedAt,
    ...(stoppedAt !== undefined && { stoppedAt }),
    ...(by !== undefined && { startedBy: by }),
    bytes: 0,
    participants: Object.values(participants).map(recorded),
    gaps: [],
    files: [],
  };
}

/** Has the recording's object hear of something. @throws when it did not, and is to be told again */
export async function tellRecordingObject(
  env: Environment,
  room: { roomId: string; region: string },
  news: RecordingNews,
): Promise<void> {
  const { recordingId } = news;
  const recording = RecordingObject.of(env, recordingId);
  switch (news.type) {
    case 'opened': {
      const { options, startedAt, by } = news;
      const opening = { ...room, recordingId, options, startedAt };
      return recording.opened(by === undefined ? opening : { ...opening, by });
    }
    case 'turn':
      return recording.turn(news.turn);
    case 'stopped':
      return recording.stopped({ at: news.at, reason: news.reason });
    default:
      return news satisfies never;
  }
}
