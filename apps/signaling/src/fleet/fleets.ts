import type { Environment } from '../environment.ts';
import { residency } from '../settings.ts';
import { FleetObject, type NodeReport } from './fleet-object.ts';

/** The media nodes of every region. */
export async function allNodes(env: Environment): Promise<NodeReport[]> {
  const fleets = residency.regions.map((region) => FleetObject.of(env, region).nodes());
  return (await Promise.all(fleets)).flat();
}

/** How many nodes could take a room now, over every region. */
export async function countNodes(env: Environment): Promise<number> {
  const counts = residency.regions.map((region) => FleetObject.of(env, region).nodeCount());
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
