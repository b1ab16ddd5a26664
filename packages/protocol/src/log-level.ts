import { z } from 'zod';

/** Log levels of edge and nodes, most talkative first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** `LOG_LEVEL`: a level in any case; `warning` and `critical` are taken for `warn` and `fatal`. Default `info`. */
export const LogLevel = z
  .string()
  .toLowerCase()
  .transform((level) => (level === 'warning' ? 'warn' : level === 'critical' ? 'fatal' : level))
  .pipe(z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }))
  .default('info');
export type LogLevel = z.infer<typeof LogLevel>;
