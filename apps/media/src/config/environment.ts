import type { Environment } from '@parley/protocol/config/load-config';
import { PublicUrl } from '@parley/protocol/public-url';
import {
  type CommonSettings,
  commonSettings,
  commonVariables,
  type EnvironmentDefaults,
  listVariable,
  machineDefaults,
  numberVariable,
  parseEnvironment,
} from '@parley/service/environment';
import { z } from 'zod';
import type { CapturePlace } from '../recording/capture-transport.ts';

/** What the node learns from its environment: who and where it is. What it serves stands in the YAML files. */
export interface NodeSettings extends CommonSettings {
  /** Worker `i` listens on `rtcPort + i`, UDP and TCP. */
  rtcPort: number;
  /** Addresses to listen on; empty means every address of the machine. */
  listenIps: string[];
  /** Addresses or host names to announce, one for each of `listenIps` or one for each family. */
  announcedAddresses: string[];
  /** Where clients open sessions of their own, ws or wss; without it they all go through the Room. */
  publicUrl: string | undefined;
  /** Where the node listens for those. */
  clientHost: string;
  clientPort: number;
  /** Where recorders get media from. */
  capture: CapturePlace;
}

const PORT_RANGE = 'must be two ports, the lower first, for example 41000-41999';
const portRange = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, PORT_RANGE)
  .transform((text) => {
    const [min = 0, max = 0] = text.split('-').map(Number);
    return { min, max };
  })
  .refine(({ min, max }) => min >= 1 && min <= max && max <= 65_535, PORT_RANGE);

/** Defaults come in as arguments so that parsing stays pure for tests. */
function schema(defaults: EnvironmentDefaults) {
  return z.object({
    ...commonVariables(defaults, 9090),
    PARLEY_RTC_PORT: numberVariable(1, 65_535, 20_000).default(20_000),
    PARLEY_LISTEN_IPS: listVariable.default([]),
    PARLEY_ANNOUNCED_ADDRESS: listVariable.default([]),
    PARLEY_PUBLIC_URL: PublicUrl.optional(),
    PARLEY_CLIENT_HOST: z.string().default('0.0.0.0'),
    PARLEY_CLIENT_PORT: numberVariable(0, 65_535, 8443).default(8443),
    PARLEY_CAPTURE_IP: z
      .union([z.ipv4(), z.ipv6()], 'must be an IPv4 or IPv6 address of this machine, for example 10.0.0.7')
      .optional(),
    PARLEY_PLAIN_PORTS: portRange.default({ min: 41_000, max: 41_999 }),
  });
}

/**
 * Reads the node's environment; empty variables count as absent.
 *
 * @throws {ConfigError} naming every wrong variable and what would be right
 */
export function readEnvironment(environment: Environment, defaults = machineDefaults()): NodeSettings {
  const values = parseEnvironment(schema(defaults), environment);
  return {
    ...commonSettings(values),
    rtcPort: values.PARLEY_RTC_PORT,
    listenIps: values.PARLEY_LISTEN_IPS,
    announcedAddresses: values.PARLEY_ANNOUNCED_ADDRESS,
    publicUrl: values.PARLEY_PUBLIC_URL,
    clientHost: values.PARLEY_CLIENT_HOST,
    clientPort: values.PARLEY_CLIENT_PORT,
    capture: { ip: values.PARLEY_CAPTURE_IP, ports: values.PARLEY_PLAIN_PORTS },
  };
}
