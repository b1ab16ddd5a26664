import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * How large the state of a room is as its object has stored it, bytes. Reads the files of the local runtime, whose layout is
 * its own business: undefined where it is another.
 *
 * @param storageFolder of the stack
 */
export async function storedStateBytes(storageFolder: string, roomId: string): Promise<number | undefined> {
  const folder = path.join(storageFolder, 'v3/do/parley-RoomObject');
  const files = await readdir(folder).catch(() => []);
  for (const file of files.filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')) {
    const value = readState(path.join(folder, file));
    if (value?.includes(`"roomId":"${roomId}"`)) return value.length;
  }
  return undefined;
}

function readState(file: string): Buffer | undefined {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const value = database.prepare(`SELECT value FROM _cf_KV WHERE key = 'state'`).get()?.['value'];
      return value instanceof Uint8Array ? Buffer.from(value) : undefined;
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}
