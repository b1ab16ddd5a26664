import { isIP } from 'node:net';
import type { Environment } from '@parley/protocol/config/load-config';
import {
  type CommonSettings,
  commonSettings,
  commonVariables,
  type EnvironmentDefaults,
  isHttpUrl,
  listVariable,
  machineDefaults,
  numberVariable,
  parseEnvironment,
} from '@parley/service/environment';
import { z } from 'zod';

/** What the recorder learns from its environment: who and where it is. How it records stands in `webrtc.yaml`. */
export interface RecorderSettings extends CommonSettings {
  /** Whether it takes rooms to record, and whether it finishes recordings. */
  roles: { capture: boolean; finish: boolean };
  /** Where nodes send media; what is not loopback is encrypted on the way. */
  captureIp: string;
  capturePorts: { first: number; last: number };
  /** Where viewers fetch what is on this disk, http or https; undefined when they cannot. */
  publicUrl: string | undefined;
  filesHost: string;
  /** 0 lets the system choose. */
  filesPort: number;
}

const roles = listVariable
  .refine(
    (names) => names.length > 0 && names.every((name) => name === 'capture' || name === 'finish'),
    'must be capture, finish or both, for example capture,finish',
  )
  .transform((names) => ({ capture: names.includes('capture'), finish: names.includes('finish') }));

const ports = z.string().transform((text, context) => {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  if (range.first >= 1 && range.first <= range.last && range.last <= 65_535) return range;
  context.addIssue('must be two UDP ports, the lower first, for example 42000-42999');
  return z.NEVER;
});

function schema(defaults: EnvironmentDefaults) {
  return z.object({
    ...commonVariables(defaults, 9091, '-recorder'),
    PARLEY_RECORDER_ROLES: roles.default({ capture: true, finish: true }),
    PARLEY_CAPTURE_IP: z
      .string()
      .refine(
        (ip) => isIP(ip) !== 0 && ip !== '0.0.0.0' && ip !== '::',
        'must be the address of this machine that nodes send to, for example 10.0.0.5',
      )
      .default('127.0.0.1'),
    PARLEY_CAPTURE_PORTS: ports.default({ first: 42_000, last: 42_999 }),
    PARLEY_PUBLIC_URL: z
      .string()
      .refine(isHttpUrl, 'must be an http:// or https:// URL, for example https://recorder1.example.com')
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    PARLEY_FILES_HOST: z.string().default('127.0.0.1'),
    PARLEY_FILES_PORT: numberVariable(0, 65_535, 8090).default(8090),
  });
}

/**
 * Reads the recorder's environment; empty variables count as absent.
 *
 * @throws {ConfigError} naming every wrong variable and what would be right
 */
export function readEnvironment(environment: Environment, defaults = machineDefaults()): RecorderSettings {
  const values = parseEnvironment(schema(defaults), environment);
  return {
    ...commonSettings(values),
    roles: values.PARLEY_RECORDER_ROLES,
    captureIp: values.PARLEY_CAPTURE_IP,
    capturePorts: values.PARLEY_CAPTURE_PORTS,
    publicUrl: values.PARLEY_PUBLIC_URL,
    filesHost: values.PARLEY_FILES_HOST,
    filesPort: values.PARLEY_FILES_PORT,
  };
}

/** Whether what is sent to an address stays on this machine. */
export function isLoopback(ip: string): boolean {
  return ip === '::1' || ip.startsWith('127.');
}
