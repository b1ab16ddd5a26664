import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { Recording, type RecordingFileDetails, RecordingList } from '@parley/protocol/rest';

/** Recordings over the API of an edge. Whatever is refused throws with what was said. */
export class RecordingApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async start(room: string, options: Partial<RecordingOptions> = {}): Promise<Recording> {
    return Recording.parse(
      await this.#ask('POST', `/api/rooms/${encodeURIComponent(room)}/recording/start`, options),
    );
  }

  async stop(room: string): Promise<Recording> {
    return Recording.parse(await this.#ask('POST', `/api/rooms/${encodeURIComponent(room)}/recording/stop`));
  }

  async get(id: string): Promise<Recording> {
    return Recording.parse(await this.#ask('GET', `/api/recordings/${id}`));
  }

  async list(): Promise<RecordingList> {
    return RecordingList.parse(await this.#ask('GET', '/api/recordings'));
  }

  /** Waits until its files are there. @throws {Error} when it fails, or is not finished in time */
  async finished(id: string, patienceMs: number): Promise<Recording> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const recording = await this.get(id);
      if (recording.status === 'finished') return recording;
      if (recording.status === 'failed') throw new Error(`${id} failed: ${JSON.stringify(recording.error)}`);
      if (performance.now() > deadline)
        throw new Error(`${id} is not finished after ${patienceMs / 1000} s: ${JSON.stringify(recording)}`);
      await sleep(250);
    }
  }

  /** Fetches a file by the link that the API gave, whole. @throws {Error} when fewer or more bytes come than it should have */
  async download({ url, id, bytes }: RecordingFileDetails, to: string): Promise<void> {
    const response = await fetch(new URL(url, this.#url));
    if (!response.ok) throw new Error(`${id} was answered with ${response.status}: ${await response.text()}`);
    const body = Buffer.from(await response.arrayBuffer());
    if (body.length !== bytes) throw new Error(`${id} came with ${body.length} bytes of ${bytes}`);
    await writeFile(to, body);
  }

  /** What a download of a file is called, RFC 6266. */
  async dispositionOf({ downloadUrl }: RecordingFileDetails): Promise<string> {
    const response = await fetch(new URL(downloadUrl, this.#url));
    await response.body?.cancel();
    return response.headers.get('content-disposition') ?? '';
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
