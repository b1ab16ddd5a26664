import { decode } from '@parley/protocol/decode';
import {
  FleetRecorderMessage,
  RECORDER_FLEET_PATH,
  type RecorderAbilities,
  type RecorderLoad,
} from '@parley/protocol/recording/recorder-api';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { FleetClient, type FleetOptions } from '@parley/service/fleet-client';

/** What the fleet asks of a recorder. */
export type FleetOrder = Exclude<FleetRecorderMessage, { type: 'welcome' }>;

/** A room that is to be recorded. */
export type RecordOrder = Extract<FleetOrder, { type: 'record' }>;

/** What the fleet of recorders needs of this one. */
export interface RecorderFleetOptions
  extends Pick<
    FleetOptions<FleetOrder>,
    'edgeUrl' | 'nodeId' | 'region' | 'enrolmentSecret' | 'logger' | 'socketTuning' | 'onMessage'
  > {
  incarnation: string;
  abilities: RecorderAbilities;
  load(): RecorderLoad;
}

/** This recorder's place in its region's fleet. */
export function recorderFleet(options: RecorderFleetOptions): FleetClient<FleetOrder> {
  const { incarnation, abilities, load, ...rest } = options;
  return new FleetClient<FleetOrder>({
    ...rest,
    path: RECORDER_FLEET_PATH,
    hello: () => ({ type: 'hello', version: PROTOCOL_VERSION, incarnation, abilities, load: load() }),
    heartbeat: () => ({ type: 'heartbeat', load: load() }),
    read: (text) => decode(FleetRecorderMessage, text, 64 * 1024),
  });
}
