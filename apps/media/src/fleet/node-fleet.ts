import { decode } from '@parley/protocol/decode';
import { FLEET_PATH, FleetNodeMessage, type NodeLoad } from '@parley/protocol/fleet-messages';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { FleetClient, type FleetOptions } from '@parley/service/fleet-client';

type Assign = Extract<FleetNodeMessage, { type: 'assign' }>;

/** A room that the fleet gave to this node: its epoch replaces lower ones of the pair, and what is signed opens the room's link. */
export type Assignment = Pick<Assign, 'roomId' | 'epoch' | 'assignment'>;

/** What the fleet of nodes needs of this one. */
export interface NodeFleetOptions
  extends Pick<
    FleetOptions<Assign>,
    'edgeUrl' | 'nodeId' | 'region' | 'enrolmentSecret' | 'logger' | 'socketTuning'
  > {
  incarnation: string;
  load(): NodeLoad;
  onAssign(assignment: Assignment): void;
}

/** This node's place in its region's fleet. */
export function nodeFleet({
  incarnation,
  load,
  onAssign,
  ...options
}: NodeFleetOptions): FleetClient<Assign> {
  return new FleetClient<Assign>({
    ...options,
    path: FLEET_PATH,
    hello: () => ({ type: 'hello', version: PROTOCOL_VERSION, incarnation, load: load() }),
    heartbeat: () => ({ type: 'heartbeat', load: load() }),
    read: (text) => decode(FleetNodeMessage, text, 64 * 1024),
    onMessage: onAssign,
  });
}
