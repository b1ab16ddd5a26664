import type { ObjectCounts } from './counts.ts';

type Run = (...args: unknown[]) => unknown;

/** Puts `by` in the place of an object's method; it gets the method itself. */
export function replace(target: object, method: string, by: (run: Run, args: unknown[]) => unknown): void {
  const original = Reflect.get(target, method) as Run;
  const run: Run = (...args) => Reflect.apply(original, target, args);
  Reflect.defineProperty(target, method, { value: (...args: unknown[]) => by(run, args) });
}

/**
 * Counts rows as Cloudflare bills them. SQLite tells of its own; a key is a row; what is deleted and was not there is none.
 * Setting or deleting the alarm is a row written, asking for it a row read, and so is `deleteAll` one row written: the
 * price list does not say, and the truth is no more than a few.
 */
export function meterStorage(storage: DurableObjectStorage, counts: ObjectCounts): void {
  const { sql, kv } = storage;
  if (storage.sql !== sql || storage.kv !== kv)
    throw new Error('the runtime makes storage anew at each look');
  const reads = (rows: number) => {
    counts.rowsRead += rows;
  };
  const writes = (by: string, rows: number) => {
    counts.rowsWritten[by] = (counts.rowsWritten[by] ?? 0) + rows;
  };
  for (const store of [storage, kv]) {
    replace(store, 'get', (run, args) => {
      reads(keysIn(args[0]));
      return run(...args);
    });
    replace(store, 'put', (run, args) => {
      writes('put', keysIn(args[0]));
      return run(...args);
    });
    replace(store, 'delete', (run, args) => {
      const result = run(...args);
      void Promise.resolve(result).then((deleted) => writes('delete', Number(deleted)));
      return result;
    });
  }
  replace(storage, 'list', async (run, args) => {
    const found = (await run(...args)) as Map<string, unknown>;
    reads(found.size);
    return found;
  });
  replace(kv, 'list', (run, args) => {
    const found = [...(run(...args) as Iterable<unknown>)];
    reads(found.length);
    return found;
  });
  replace(storage, 'getAlarm', (run, args) => {
    reads(1);
    return run(...args);
  });
  for (const method of ['setAlarm', 'deleteAlarm', 'deleteAll']) {
    replace(storage, method, (run, args) => {
      writes(method, 1);
      return run(...args);
    });
  }
  replace(sql, 'exec', (run, args) => {
    // The local runtime writes an object's name into a table of its own; Cloudflare does not.
    if (String(args[0]).includes('__miniflare_')) return run(...args);
    const cursor = run(...args) as SqlStorageCursor<Record<string, SqlStorageValue>>;
    const known = { read: 0, written: 0 };
    const look = () => {
      const { rowsRead, rowsWritten } = cursor;
      reads(rowsRead - known.read);
      writes('exec', rowsWritten - known.written);
      Object.assign(known, { read: rowsRead, written: rowsWritten });
    };
    look();
    for (const method of ['toArray', 'one']) {
      replace(cursor, method, (read, none) => {
        const result = read(...none);
        look();
        return result;
      });
    }
    return cursor;
  });
}

/** Of an argument that is a key, a list of keys, or an object by keys. */
function keysIn(argument: unknown): number {
  if (typeof argument === 'string') return 1;
  return Array.isArray(argument) ? argument.length : Object.keys(argument as object).length;
}
