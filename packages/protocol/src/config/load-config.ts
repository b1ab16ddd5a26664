import { isCollection, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { environmentName, type KeyPath, leafPaths, sectionPaths } from './config-paths.ts';
import { configProblems } from './config-problem.ts';

/** A configuration that cannot be used; the message names file, line and key, and what would be right. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, unknown>>;

/** The variables that override keys of a schema, by key. */
export function overrideNames(schema: z.ZodObject): Map<string, string> {
  return new Map(leafPaths(schema).map((path) => [path.join('.'), environmentName(path)]));
}

/**
 * Reads one YAML configuration file against its schema, with overrides from the environment.
 *
 * What the file leaves out has the schema's default, an empty section included. An override is read as YAML, so `PARLEY_WEBRTC_ICE_SERVERS='[]'` and `PARLEY_ROOMS_AUTO_CREATE=false` mean what they say.
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
  for (const path of sectionPaths(schema)) if (document.getIn(path) === null) document.deleteIn(path);
  const overridden = override(document, leafPaths(schema), environment);
  const result = schema.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;

  const variableOf = (path: KeyPath) =>
    [...overridden].find(([prefix]) => `${path.join('.')}.`.startsWith(`${prefix}.`))?.[1];
  const problems = result.error.issues
    .flatMap((issue) => configProblems(schema, issue))
    .map(({ path, other, what }) => {
      const variable = variableOf(path) ?? (other && variableOf(other));
      const place = variable ?? `${fileName}:${lineOf(document, lines, path)}`;
      return [place, ...(path.length > 0 ? [path.join('.')] : []), what].join(': ');
    });
  throw new ConfigError(problems.join('\n'));
}

/** Puts the environment's values into the document. @returns the variables that were used, by key */
function override(
  document: ReturnType<typeof parseDocument>,
  paths: readonly KeyPath[],
  environment: Environment,
): Map<string, string> {
  const used = new Map<string, string>();
  for (const path of paths) {
    const name = environmentName(path);
    const value = environment[name];
    if (value === undefined || value === '') continue;
    const read = typeof value === 'string' ? readOverride(name, value) : value;
    try {
      document.setIn(path, read);
      used.set(path.join('.'), name);
    } catch {
      // What stands in the section's place is wrong, and is complained about below.
    }
  }
  return used;
}

function readOverride(name: string, text: string): unknown {
  const parsed = parseDocument(text);
  const [error] = parsed.errors;
  if (error === undefined) return parsed.toJS();
  throw new ConfigError(
    `${name}: is read as YAML, so quote what has special characters ('["*"]'): ${error.message}`,
  );
}

/** The line of a key, or of its nearest parent that stands in the file. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: KeyPath): number {
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
        String(item.key.value) === key
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
