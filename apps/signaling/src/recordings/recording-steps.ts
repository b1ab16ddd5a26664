import { ANYBODY, deletionEnded, deletionPlaced, removed } from '@parley/recording/deleting';
import type { RecordingFacts } from '@parley/recording/facts';
import { awaited, failed, looked, placed } from '@parley/recording/finishing';
import { type Job, learned, type Storage } from '@parley/recording/job';
import type { Step } from '@parley/recording/wake';
import type { Environment } from '../environment.ts';
import { FleetObject } from '../fleet/fleet-object.ts';
import { RoomObject } from '../room/room-object.ts';
import { webrtcConfig } from '../settings.ts';
import type { RecordingKeeper } from './recording-keeper.ts';

/** What the room knows of its recording; undefined when it knows of none. @throws when it cannot be asked */
export async function roomFacts(
  env: Environment,
  { roomId, recordingId }: Job,
): Promise<Pick<RecordingFacts, 'turns' | 'stopped'> | undefined> {
  return RoomObject.of(env, roomId).recordingFacts(recordingId);
}

/** Does one thing that is due, with the help of other objects. @throws when one of them cannot be asked */
export async function takeStep(
  step: Exclude<Step, { type: 'forget' }>,
  recording: RecordingKeeper,
  env: Environment,
): Promise<void> {
  const { job } = recording;
  if (job === undefined) return;
  const fleet = FleetObject.of(env, job.region);
  const hasMedia = () => Object.keys(recording.store.bytes).length > 0;
  switch (step.type) {
    case 'ask-room': {
      const facts = await roomFacts(env, job);
      return recording.change((one, now) => learned(one, facts, webrtcConfig.recording.retention_days, now));
    }
    case 'look': {
      const live = awaited(job).length === 0 ? new Map<string, Storage>() : await liveRecorders(fleet);
      return recording.change((one, now) => looked(one, [...live.keys()], hasMedia(), now));
    }
    case 'place':
      return place(recording, job, fleet, step.exclude);
    case 'give-up-worker':
      return recording.change((one, now) => {
        if (one.phase.type === 'deleting') return deletionEnded(one, false, now);
        const message = 'The recorder that made the files went silent, or got no further.';
        return failed(one, { code: 'recording_failed', message }, true, now);
      });
    case 'remove':
      return recording.change((one, now) => removed(one, isInBucket(one), now));
    case 'delete': {
      const live = await liveRecorders(fleet);
      const worker =
        step.left.find((one) => live.has(one)) ??
        // Of nobody's own disk: only those that share a bucket are found.
        (step.left.includes(ANYBODY)
          ? await fleet.placeFinisher({ recorderIds: [], exclude: [] })
          : undefined);
      await recording.change((one, now) => deletionPlaced(one, worker, now));
      return tell(recording, fleet, 'delete');
    }
    default:
      step satisfies never;
  }
}

/** Whether something of a recording may be in the bucket. */
export function isInBucket({ outcome }: Job): boolean {
  return outcome === undefined ? webrtcConfig.recording.s3_upload : outcome.storage === 'bucket';
}

type Fleet = DurableObjectStub<FleetObject>;

/** Recorders that are there, with where they keep recordings. */
async function liveRecorders(fleet: Fleet): Promise<Map<string, Storage>> {
  const reports = await fleet.recorders();
  return new Map(
    reports.flatMap(({ recorderId, up, abilities }) =>
      up && abilities !== undefined ? [[recorderId, abilities.storage] as const] : [],
    ),
  );
}

async function place(recording: RecordingKeeper, job: Job, fleet: Fleet, exclude: string[]): Promise<void> {
  const reports = await fleet.recorders();
  const recorderIds = [...new Set(job.turns.map(({ recorderId }) => recorderId))];
  // Where each has its own disk, the one that has most of it comes first, unless that is full, and others can fetch it from there.
  const most = mostOf(recording, job);
  const report = reports.find(({ recorderId, up }) => up && recorderId === most);
  const isFull = report?.load?.full === true && report.abilities?.publicUrl !== undefined;
  const avoided = isFull ? [...exclude, report.recorderId] : exclude;
  const hasMost =
    report !== undefined && !avoided.includes(report.recorderId) ? [report.recorderId] : recorderIds;
  const worker =
    (await fleet.placeFinisher({ recorderIds: hasMost, exclude: avoided })) ??
    (await fleet.placeFinisher({ recorderIds, exclude: avoided }));
  const storage = reports.find(({ recorderId }) => recorderId === worker)?.abilities?.storage;
  const found = worker === undefined || storage === undefined ? undefined : { worker, storage };
  await recording.change((one, now) => placed(one, found, now));
  await tell(recording, fleet, 'finish');
}

/** The recorder that has most of a recording. */
function mostOf({ store }: RecordingKeeper, { turns }: Job): string | undefined {
  const { bytes } = store;
  const byRecorder = Map.groupBy(turns, ({ recorderId }) => recorderId);
  const sums = [...byRecorder].map(([recorderId, own]) => ({
    recorderId,
    bytes: own.reduce((sum, { epoch }) => sum + (bytes[epoch] ?? 0), 0),
  }));
  return sums.sort((a, b) => b.bytes - a.bytes)[0]?.recorderId;
}

/** Tells whoever has work now to begin. One that has gone just now is told no more than one that goes silent later. */
async function tell(recording: RecordingKeeper, fleet: Fleet, type: 'finish' | 'delete'): Promise<void> {
  const { recordingId, phase } = recording.job ?? {};
  const work = phase?.type === 'finishing' ? phase : phase?.type === 'deleting' ? phase.current : undefined;
  if (recordingId === undefined || work === undefined) return;
  await fleet.tellRecorder(work.worker, { type, recordingId, attempt: work.attempt });
}
