import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Tables that the local runtime keeps for itself in each object's database. */
const RUNTIME_TABLES = new Set(['__miniflare_do_name', '_cf_METADATA', 'sqlite_sequence']);

/** How long the object may be at work on its database, ms. */
const PATIENCE_MS = 5_000;

/**
 * How many values, rows and alarms the Durable Objects of a class have stored, under wrangler's local runtime.
 *
 * @param storageFolder see `Stack.storageFolder`
 * @param className for example `RoomObject`
 */
export async function storedRows(storageFolder: string, className: string): Promise<number> {
  const folder = path.join(storageFolder, 'v3/do', `parley-${className}`);
  if (!existsSync(folder)) return 0;
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sqlite'));
  return files.reduce((sum, file) => sum + rowsIn(path.join(folder, file)), 0);
}

function rowsIn(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true, timeout: PATIENCE_MS });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return tables
      .map(({ name }) => String(name))
      .filter((name) => !RUNTIME_TABLES.has(name))
      .reduce((sum, name) => {
        const counted = database.prepare(`SELECT COUNT(*) AS rows FROM "${name}"`).get();
        return sum + Number(counted?.['rows']);
      }, 0);
  } finally {
    database.close();
  }
}
