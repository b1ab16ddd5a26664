import type { SegmentSource } from '@parley/protocol/recording/recorder-api';
import type { Job } from '@parley/recording/job';
import type { Environment } from '../environment.ts';
import { FleetObject } from '../fleet/fleet-object.ts';
import { KeyringObject } from '../keyring/keyring-object.ts';
import { signSegmentLink } from '../keyring/sign.ts';
import { addressAt } from './media-address.ts';

/** Where a finisher with a disk of its own fetches what other recorders have on theirs: of those that are there and have an address. */
export async function segmentSources(
  env: Environment,
  { recordingId, region, turns, phase }: Job,
  finisher: string,
): Promise<SegmentSource[]> {
  const others = turns.filter(({ recorderId }) => recorderId !== finisher);
  if (phase.type !== 'finishing' || phase.storage !== 'disk' || others.length === 0) return [];
  const recorders = await FleetObject.of(env, region).recorders();
  const byRecorder = Map.groupBy(others, ({ recorderId }) => recorderId);
  const key = await KeyringObject.of(env).signingKey();
  const found = recorders.map(async ({ recorderId, up, abilities }): Promise<SegmentSource[]> => {
    const epochs = byRecorder.get(recorderId)?.map(({ epoch }) => epoch);
    if (!up || epochs === undefined || abilities?.storage !== 'disk') return [];
    const { publicUrl } = abilities;
    if (publicUrl === undefined) return [];
    const url = addressAt(publicUrl, recordingId).href;
    return [{ recorderId, epochs, url, token: await signSegmentLink(key, { sub: recordingId, epochs }) }];
  });
  return (await Promise.all(found)).flat();
}
