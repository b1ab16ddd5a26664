import { env } from 'cloudflare:workers';
import { ConfigError } from '@parley/protocol/config/load-config';
import { LOG_LEVELS, LogLevel } from '@parley/protocol/log-level';

/** What a line says beside its event. Values are plain: nothing that could carry a secret along is written whole. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** Writes JSON lines, one an event. No names, texts, descriptions, tokens or tickets. */
export class Log {
  level: LogLevel;

  constructor(level: LogLevel) {
    this.level = level;
  }

  /** Whether lines of a level are written: what they say need not be found out otherwise. */
  shows(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.level);
  }

  /** What concerns one participant or one request: its number grows with them. */
  debug(event: string, fields: LogFields): void {
    this.#write('debug', event, fields);
  }

  /** At most about once a second. */
  info(event: string, fields: LogFields): void {
    this.#write('info', event, fields);
  }

  warn(event: string, fields: LogFields): void {
    this.#write('warn', event, fields);
  }

  /** A bug, or a part of the platform that failed. */
  error(event: string, fields: LogFields): void {
    this.#write('error', event, fields);
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', event: string, fields: LogFields): void {
    if (!this.shows(level)) return;
    const line = JSON.stringify({ level, event, ...fields });
    // `console.debug` would be left out by tools that know nothing of LOG_LEVEL.
    if (level === 'warn' || level === 'error') console[level](line);
    else console.log(line);
  }
}

function readLevel(): LogLevel {
  const level = LogLevel.safeParse(env.LOG_LEVEL || undefined);
  if (level.success) return level.data;
  throw new ConfigError(`LOG_LEVEL: ${level.error.issues[0]?.message}`);
}

/** The edge's log, at the level that the variable `LOG_LEVEL` names. A wrong one stops the Worker from starting. */
export const log = new Log(readLevel());
