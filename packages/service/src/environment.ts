import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ConfigError, type Environment } from '@parley/protocol/config/load-config';
import { EnrolmentSecret } from '@parley/protocol/fleet-messages';
import { NodeId } from '@parley/protocol/identifiers';
import { LogLevel } from '@parley/protocol/log-level';
import { z } from 'zod';

/** What the defaults of a process's variables depend on. */
export interface EnvironmentDefaults {
  /** The machine's name. */
  host: string;
  configFolder: string;
}

/** Those of this machine and this checkout. */
export function machineDefaults(): EnvironmentDefaults {
  return {
    host: hostname(),
    configFolder: fileURLToPath(new URL('../../../infra/config/', import.meta.url)),
  };
}

/** A whole number. @param example shown in the error */
export const numberVariable = (least: number, most: number, example: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a number, for example ${example}`)
    .transform(Number)
    .pipe(z.number().min(least, `must be ${least} or more`).max(most, `must be ${most} or less`));

/** Words between commas; empty ones do not count. */
export const listVariable = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const edgeUrl = z
  .string({ error: 'is missing; set it to the edge’s address, for example https://meet.example.com' })
  .refine(isHttpUrl, 'must be an http:// or https:// URL, for example https://meet.example.com')
  .transform((text) => text.replace(/\/+$/, ''));

const enrolmentSecret = z
  .string({ error: 'is missing; set it to the secret that the edge has under the same name' })
  // fetch() shows what it cannot put into a header in its errors, so nothing else gets that far.
  .pipe(EnrolmentSecret);

/** The variables of every process that dials the edge. @param idSuffix behind the host's name, in the default id */
export function commonVariables(defaults: EnvironmentDefaults, metricsPort: number, idSuffix = '') {
  return {
    PARLEY_EDGE_URL: edgeUrl,
    PARLEY_ENROLMENT_SECRET: enrolmentSecret,
    PARLEY_NODE_ID: NodeId.default(nodeIdFromHost(defaults.host, idSuffix)),
    PARLEY_REGION: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 characters of a-z 0-9 -, for example eu-west')
      .default('default'),
    PARLEY_METRICS_HOST: z.string().default('0.0.0.0'),
    PARLEY_METRICS_PORT: numberVariable(0, 65_535, metricsPort).default(metricsPort),
    PARLEY_CONFIG_DIR: z.string().default(defaults.configFolder),
    LOG_LEVEL: LogLevel,
  };
}

/** Who a process is and where its edge is. */
export interface CommonSettings {
  /** Base URL of the edge, without a trailing slash. */
  edgeUrl: string;
  /** Buys node tokens. Never logged. */
  enrolmentSecret: string;
  nodeId: string;
  region: string;
  metricsHost: string;
  metricsPort: number;
  /** Folder of `webrtc.yaml` and `media.yaml`. */
  configFolder: string;
  logLevel: LogLevel;
}

/** What {@link commonVariables} read. */
export function commonSettings(
  values: z.output<z.ZodObject<ReturnType<typeof commonVariables>>>,
): CommonSettings {
  return {
    edgeUrl: values.PARLEY_EDGE_URL,
    enrolmentSecret: values.PARLEY_ENROLMENT_SECRET,
    nodeId: values.PARLEY_NODE_ID,
    region: values.PARLEY_REGION,
    metricsHost: values.PARLEY_METRICS_HOST,
    metricsPort: values.PARLEY_METRICS_PORT,
    configFolder: values.PARLEY_CONFIG_DIR,
    logLevel: values.LOG_LEVEL,
  };
}

/**
 * Reads an environment; empty variables count as absent.
 *
 * @throws {ConfigError} naming every wrong variable and what would be right
 */
export function parseEnvironment<T extends z.ZodObject>(schema: T, environment: Environment): z.output<T> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
  );
}

/** A valid node id made from a host name, whatever characters that has. */
export function nodeIdFromHost(host: string, suffix = ''): string {
  return (host.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 64 - suffix.length) || 'node') + suffix;
}

/** Whether a text is an http or https URL without a query or credentials. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.search !== '' || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'http:' || url.protocol === 'https:';
}
