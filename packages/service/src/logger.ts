import type { LogLevel } from '@parley/protocol/log-level';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

const SECRETS = ['secret', 'token', 'ticket', 'assignment', 'authorization', 'enrolmentSecret', 'password'];

/** Makes a server process's logger: JSON, one line an event, secrets left out wherever they stand. */
export function createLogger(level: LogLevel, nodeId: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { node: nodeId },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
