import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY. */
const BUSY = 5;

/**
 * Keeps other recorders out of a folder: one takes what another records for what a dead process left, and deletes what is open. The lock is SQLite's, on a database without content: the
 * kernel lets go of it when the process dies, however it does.
 *
 * @returns what lets go of it
 * @throws when another process has it
 */
export function lockFolder(root: string): () => void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(root, '.lock'));
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY) {
      throw new Error(
        `recording.path: another recorder works in ${root}; give each recorder a folder of its own`,
        { cause },
      );
    }
    // A folder that takes no file takes no recording either, as the preflight says.
    return () => undefined;
  }
  const held = database;
  return () => held.close();
}
