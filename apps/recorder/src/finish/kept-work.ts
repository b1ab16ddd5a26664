import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What was made, and where: the file may be absent, when there was nothing to make. */
export interface Kept<Result> {
  file: string;
  result: Result;
}

/** Work in a folder that is done once: whoever comes after a process that died goes on with what it had done. */
export class KeptWork {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /**
   * Makes something, unless it was made before of the same.
   *
   * @param name - what files are called, letters, digits and `-`.
   * @param of - all that the result depends on.
   * @param make - makes the file, and says of it what is to be known, as JSON can say it.
   */
  async once<Result>(
    name: string,
    of: unknown,
    make: (file: string) => Promise<Result>,
  ): Promise<Kept<Result>> {
    const file = this.#file(name, of);
    const kept = await this.#result<Result>(file);
    if (kept !== undefined) return { file, result: kept.result };
    await rm(file, { force: true });
    const result = await make(file);
    await writeFile(`${file}.json.part`, JSON.stringify({ result }));
    await rename(`${file}.json.part`, `${file}.json`);
    return { file, result };
  }

  /** Whether it was made before. */
  async has(name: string, of: unknown): Promise<boolean> {
    return (await this.#result(this.#file(name, of))) !== undefined;
  }

  #file(name: string, of: unknown): string {
    const hash = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16);
    return path.join(this.folder, `${name}-${hash}`);
  }

  async #result<Result>(file: string): Promise<{ result: Result } | undefined> {
    const text = await readFile(`${file}.json`, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as { result: Result });
  }
}
