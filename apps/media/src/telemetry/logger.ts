import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { LogLevel } from '../config/environment.ts';

const SECRETS = ['secret', 'token', 'ticket', 'assignment', 'authorization', 'enrolmentSecret', 'password'];

/** Makes the node's logger: JSON, one line an event, secrets left out wherever they stand. */
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
