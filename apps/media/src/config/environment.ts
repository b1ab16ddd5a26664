import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ConfigError, type Environment } from '@parley/protocol/config/load-config';
import { EnrolmentSecret } from '@parley/protocol/fleet-messages';
import { NodeId } from '@parley/protocol/identifiers';
import { LogLevel } from '@parley/protocol/log-level';
import { PublicUrl } from '@parley/protocol/public-url';
import { z } from 'zod';

/** What the node learns from its environment: who and where it is. What it serves stands in the YAML files. */
export interface NodeSettings {
  /** Base URL of the edge, without a trailing slash. */
  edgeUrl: string;
  /** Buys node tokens. Never logged. */
  enrolmentSecret: string;
  nodeId: string;
  region: string;
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
  metricsHost: string;
  metricsPort: number;
  /** Folder of `webrtc.yaml` and `media.yaml`. */
  configFolder: string;
  logLevel: LogLevel;
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const number = (least: number, most: number, example: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a number, for example ${example}`)
    .transform(Number)
    .pipe(z.number().min(least, `must be ${least} or more`).max(most, `must be ${most} or less`));

const edgeUrl = z
  .string({ error: 'is missing; set it to the edge’s address, for example https://meet.example.com' })
  .refine(isHttpUrl, 'must be an http:// or https:// URL, for example https://meet.example.com')
  .transform((text) => text.replace(/\/+$/, ''));

const enrolmentSecret = z
  .string({ error: 'is missing; set it to the secret that the edge has under the same name' })
  // fetch() shows what it cannot put into a header in its errors, so nothing else gets that far.
  .pipe(EnrolmentSecret);

/** Defaults come in as functions so that parsing stays pure for tests. */
function schema(defaults: { host: string; configFolder: string }) {
  return z.object({
    PARLEY_EDGE_URL: edgeUrl,
    PARLEY_ENROLMENT_SECRET: enrolmentSecret,
    PARLEY_NODE_ID: NodeId.default(nodeIdFromHost(defaults.host)),
    PARLEY_REGION: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 characters of a-z 0-9 -, for example eu-west')
      .default('default'),
    PARLEY_RTC_PORT: number(1, 65_535, 20_000).default(20_000),
    PARLEY_LISTEN_IPS: list.default([]),
    PARLEY_ANNOUNCED_ADDRESS: list.default([]),
    PARLEY_PUBLIC_URL: PublicUrl.optional(),
    PARLEY_CLIENT_HOST: z.string().default('0.0.0.0'),
    PARLEY_CLIENT_PORT: number(0, 65_535, 8443).default(8443),
    PARLEY_METRICS_HOST: z.string().default('0.0.0.0'),
    PARLEY_METRICS_PORT: number(0, 65_535, 9090).default(9090),
    PARLEY_CONFIG_DIR: z.string().default(defaults.configFolder),
    LOG_LEVEL: LogLevel,
  });
}

/**
 * Reads the node's environment; empty variables count as absent.
 *
 * @throws {ConfigError} naming every wrong variable and what would be right
 */
export function readEnvironment(
  environment: Environment,
  defaults = {
    host: hostname(),
    configFolder: fileURLToPath(new URL('../../../../infra/config/', import.meta.url)),
  },
): NodeSettings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema(defaults).safeParse(given);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    );
  }
  const values = result.data;
  return {
    edgeUrl: values.PARLEY_EDGE_URL,
    enrolmentSecret: values.PARLEY_ENROLMENT_SECRET,
    nodeId: values.PARLEY_NODE_ID,
    region: values.PARLEY_REGION,
    rtcPort: values.PARLEY_RTC_PORT,
    listenIps: values.PARLEY_LISTEN_IPS,
    announcedAddresses: values.PARLEY_ANNOUNCED_ADDRESS,
    publicUrl: values.PARLEY_PUBLIC_URL,
    clientHost: values.PARLEY_CLIENT_HOST,
    clientPort: values.PARLEY_CLIENT_PORT,
    metricsHost: values.PARLEY_METRICS_HOST,
    metricsPort: values.PARLEY_METRICS_PORT,
    configFolder: values.PARLEY_CONFIG_DIR,
    logLevel: values.LOG_LEVEL,
  };
}

/** A valid node id made from a host name, whatever characters that has. */
export function nodeIdFromHost(host: string): string {
  return host.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 64) || 'node';
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.search !== '' || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'http:' || url.protocol === 'https:';
}
