import { z } from 'zod';

/** A configuration key as its parts: `rooms.max_rooms` is `['rooms', 'max_rooms']`. */
export type KeyPath = readonly string[];

/** The environment variable that overrides a key: `rooms.max_participants` → `PARLEY_ROOMS_MAX_PARTICIPANTS`. */
export function environmentName(path: KeyPath): string {
  return `PARLEY_${path.join('_').toUpperCase()}`;
}

/** Every key of a schema that holds a value or a list, in the schema's order: what a variable can override. */
export function leafPaths(schema: z.ZodType, prefix: KeyPath = []): KeyPath[] {
  const bare = unwrap(schema);
  if (!(bare instanceof z.ZodObject)) return [prefix];
  return Object.entries(shapeOf(bare)).flatMap(([key, child]) => leafPaths(child, [...prefix, key]));
}

/** Every section of a schema, outer ones first. */
export function sectionPaths(schema: z.ZodType, prefix: KeyPath = []): KeyPath[] {
  const bare = unwrap(schema);
  if (!(bare instanceof z.ZodObject)) return [];
  const inner = Object.entries(shapeOf(bare)).flatMap(([key, child]) =>
    sectionPaths(child, [...prefix, key]),
  );
  return prefix.length === 0 ? inner : [prefix, ...inner];
}

/** The schema of a key, or of an element of a list; undefined where there is none. */
export function schemaAt(schema: z.ZodType, path: KeyPath): z.ZodType | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const bare = unwrap(schema);
  let child: z.ZodType | undefined;
  if (bare instanceof z.ZodObject) child = shapeOf(bare)[key];
  else if (bare instanceof z.ZodArray) child = bare.element as z.ZodType;
  return child && schemaAt(child, rest);
}

/** The keys of a section. */
export function keysOf(schema: z.ZodType): string[] {
  const bare = unwrap(schema);
  return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
}

/** What a key is when nobody sets it; undefined where it then is absent. */
export function defaultOf(schema: z.ZodType): unknown {
  const result = schema.safeParse(undefined);
  return result.success ? result.data : undefined;
}

/** A schema without what is said about its absence. */
export function unwrap(schema: z.ZodType): z.ZodType {
  const wrapped =
    schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return wrapped ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

function shapeOf(object: z.ZodObject): Record<string, z.ZodType> {
  return object.shape as Record<string, z.ZodType>;
}
