import type { RecordingFile } from '@parley/protocol/recording/recorder-api';
import type { RecordedParticipant } from '@parley/protocol/recording/recorder-link';
import type { Recording, RecordingFileDetails, RecordingGap, RecordingSummary } from '@parley/protocol/rest';
import type { WebhookEvent } from '@parley/protocol/webhook';
import { attendances, shownParticipants } from '@parley/recording/attendance';
import { shownGaps } from '@parley/recording/gaps';
import { type Job, statusOf } from '@parley/recording/job';
import type { RecordingStore, Shown } from './recording-store.ts';

/** A file before it has addresses, which are made with its checksum. */
export type FileView = Omit<RecordingFileDetails, 'url' | 'downloadUrl'> & { sha256: string };

/** A recording before its files have addresses. */
export type RecordingView = Omit<Recording, 'files'> & { files: FileView[] };

/** A recording in lists; undefined when it is deleted. */
export function recordingSummary(store: RecordingStore): RecordingSummary | undefined {
  const { job } = store;
  const status = job && statusOf(job);
  if (job === undefined || status === undefined) return undefined;
  const { recordingId, roomId, startedAt, stopped } = job;
  const progress = progressOf(job);
  return {
    id: recordingId,
    roomId,
    status,
    startedAt,
    ...(stopped !== undefined && { stoppedAt: stopped.at }),
    ...(progress !== undefined && { progress }),
    bytes: bytesOf(store, job),
  };
}

/** A recording as it is shown; undefined when it is deleted. */
export function recordingView(store: RecordingStore): RecordingView | undefined {
  const { job } = store;
  const summary = recordingSummary(store);
  if (job === undefined || summary === undefined) return undefined;
  const { options, by, deletesAt, outcome, phase } = job;
  const { participants, gaps } = store.shown ?? shownSoFar(store, job);
  return {
    ...summary,
    options,
    ...(by !== undefined && { startedBy: by }),
    participants,
    gaps: [...gaps, ...unread(job)],
    files: (outcome?.files ?? []).map((file) => fileView(file, participants)),
    ...(phase.type === 'failed' && { error: phase.failure }),
    ...(deletesAt !== undefined && { deletesAt }),
  };
}

/** What webhooks tell of a recording whose files are made, or that has failed. */
export function finishedEvent(view: RecordingView, now: number): WebhookEvent | undefined {
  const { id: recordingId, roomId, status, startedAt, stoppedAt, files, gaps, error } = view;
  if (status !== 'finished' && status !== 'failed') return undefined;
  return {
    event: 'recording-finished',
    id: crypto.randomUUID(),
    at: now,
    roomId,
    recordingId,
    status,
    startedAt,
    ...(stoppedAt !== undefined && { stoppedAt }),
    files: files.map(({ sha256: _, ...file }) => file),
    gaps,
    ...(error !== undefined && { error }),
  };
}

/** What is known of who was there and what is missing before anybody has put it together. */
function shownSoFar(store: RecordingStore, { turns }: Job): Shown {
  const { participants, tracks, gaps } = store.manifest(['participant', 'track', 'gap']);
  return {
    participants: shownParticipants({ participants: attendances(participants, turns), tracks }),
    gaps: shownGaps({ tracks, gaps }),
  };
}

/** What the finisher could not read. */
function unread({ outcome }: Job): RecordingGap[] {
  return (outcome?.missing ?? []).map((span) => ({ ...span, reason: 'disk' }));
}

function fileView(file: RecordingFile, participants: readonly RecordedParticipant[]): FileView {
  const { file: id, ...rest } = file;
  const owner = participants.find(({ participantId }) => participantId === file.participantId);
  return { id, ...rest, ...(owner !== undefined && { participantName: owner.name }) };
}

function progressOf({ phase }: Job): number | undefined {
  switch (phase.type) {
    case 'waiting':
    case 'seeking':
      return 0;
    case 'finishing':
      return phase.done;
    default:
      return undefined;
  }
}

function bytesOf(store: RecordingStore, { outcome }: Job): number {
  const ofSegments = Object.values(store.bytes).reduce((sum, bytes) => sum + bytes, 0);
  return (outcome?.files ?? []).reduce((sum, { bytes }) => sum + bytes, ofSegments);
}
