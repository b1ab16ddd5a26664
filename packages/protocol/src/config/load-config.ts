import { isCollection, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** A configuration that cannot be used; the message names file, line and key, and what would be right. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, unknown>>;

/** The environment variable that overrides a key: `rooms.max_participants` → `PARLEY_ROOMS_MAX_PARTICIPANTS`. */
export function environmentName(path: readonly string[]): string {
  return `PARLEY_${path.join('_').toUpperCase()}`;
}

/**
 * Reads one YAML configuration file against its schema, with overrides from the environment.
 *
 * An override is read as YAML, so `PARLEY_WEBRTC_ICE_SERVERS='[]'` and `PARLEY_ROOMS_AUTO_CREATE=false` mean what they say.
 *
 * @param text the file's content
 * @param fileName named in errors
 * @throws {ConfigError} naming every wrong key with file and line (or variable), and what would be right
 */
export function loadConfig<T extends z.ZodObject>(
  schema: T,
  text: string,
  fileName: string,
  environment: Environment = {},
): z.output<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    throw new ConfigError(`${fileName}:${lines.linePos(syntax.pos[0]).line}: ${syntax.message}`);
  }
  const overridden = new Map<string, string>();
  for (const path of leafPaths(schema)) {
    const name = environmentName(path);
    const value = environment[name];
    if (value === undefined || value === '') continue;
    try {
      document.setIn(path, typeof value === 'string' ? readOverride(name, value) : value);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      throw new ConfigError(
        `${fileName}: ${path.slice(0, -1).join('.')}: must hold keys before ${name} can set one`,
      );
    }
    overridden.set(path.join('.'), name);
  }
  const result = schema.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;

  const problems = result.error.issues.map((issue) => {
    const path = issue.path.map(String);
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    return keys
      .map((key) => {
        const full = key === undefined ? path : [...path, key];
        const variable = [...overridden].find(([prefix]) =>
          `${full.join('.')}.`.startsWith(`${prefix}.`),
        )?.[1];
        const place = variable ?? `${fileName}:${lineOf(document, lines, full)}`;
        const what = key === undefined ? issue.message : 'is not a key here; remove it or correct its name';
        return `${place}: ${full.join('.')}: ${what}`;
      })
      .join('\n');
  });
  throw new ConfigError(problems.join('\n'));
}

function readOverride(name: string, text: string): unknown {
  const parsed = parseDocument(text);
  const [error] = parsed.errors;
  if (error === undefined) return parsed.toJS();
  throw new ConfigError(
    `${name}: is read as YAML, so quote what has special characters ('["*"]'): ${error.message}`,
  );
}

/** Paths of everything below the schema's objects that is not itself an object: what a variable can override. */
function leafPaths(schema: z.core.$ZodType, prefix: string[] = []): string[][] {
  const { type } = schema._zod.def;
  if (type === 'default' || type === 'prefault') {
    return leafPaths((schema._zod.def as z.core.$ZodDefaultDef).innerType, prefix);
  }
  if (type !== 'object') return [prefix];
  const { shape } = schema._zod.def as z.core.$ZodObjectDef;
  return Object.entries(shape).flatMap(([key, child]) => leafPaths(child, [...prefix, key]));
}

/** The line of a key, or of its nearest parent that stands in the file. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: string[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (!isCollection(parent)) continue;
    for (const item of parent.items) {
      if (
        typeof item === 'object' &&
        item !== null &&
        'key' in item &&
        isScalar(item.key) &&
        item.key.value === key
      ) {
        return lines.linePos(item.key.range?.[0] ?? 0).line;
      }
    }
    const element: unknown = document.getIn(path.slice(0, length), true);
    if (
      typeof element === 'object' &&
      element !== null &&
      'range' in element &&
      Array.isArray(element.range)
    ) {
      return lines.linePos(Number(element.range[0])).line;
    }
  }
  return 1;
}
