import type { Attendance } from '@parley/protocol/recording/manifest';
import type { RecordedParticipant } from '@parley/protocol/recording/recorder-link';
import type { Turn } from './facts.ts';
import type { SeenAttendance } from './manifest.ts';

/** Most participants that are shown of a recording: they are stored together, and whoever comes again is another one. */
export const MAX_SHOWN_PARTICIPANTS = 1000;

/**
 * How long everybody was there, one entry a participant, by the time that they came: what the recorders saw, put together. A
 * recorder that died has not seen its participants go; who is there in the next epoch has stayed, who is not left by then.
 */
export function attendances(seen: readonly SeenAttendance[], turns: readonly Turn[]): Attendance[] {
  const byId = Map.groupBy(seen, ({ participantId }) => participantId);
  const whole = [...byId.values()].map((entries): Attendance => {
    const inOrder = entries.sort((a, b) => a.epoch - b.epoch || a.from - b.from);
    const from = Math.min(...inOrder.map((one) => one.from));
    const last = inOrder.at(-1) ?? entries[0];
    if (last === undefined) throw new Error('a group has an entry');
    const { epoch, to, from: _, ...who } = last;
    const until = to ?? turns.find((turn) => turn.epoch > epoch)?.at;
    return { ...who, from, ...(until !== undefined && { to: Math.max(from, until) }) };
  });
  return whole.sort((a, b) => a.from - b.from || (a.participantId < b.participantId ? -1 : 1));
}

/** Who is shown to have been there. Of too many, those that something was recorded of come before others. */
export function shownParticipants({
  participants,
  tracks,
}: {
  participants: readonly RecordedParticipant[];
  tracks: readonly { participantId: string }[];
}): RecordedParticipant[] {
  const heard = new Set(tracks.map(({ participantId }) => participantId));
  const first = participants.filter(({ participantId }) => heard.has(participantId));
  const others = participants.filter(({ participantId }) => !heard.has(participantId));
  const shown = new Set([...first, ...others].slice(0, MAX_SHOWN_PARTICIPANTS));
  return participants
    .filter((one) => shown.has(one))
    .map(({ participantId, name, identity }) => ({
      participantId,
      name,
      ...(identity !== undefined && { identity }),
    }));
}
