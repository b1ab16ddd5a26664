import { CallError } from '@parley/client/call-error';
import type { Problem } from '@parley/protocol/errors';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { Recording, RecordingList, RoomDetails } from '@parley/protocol/rest';

/** Recordings in one page of a list. */
const PAGE = 50;

/** What Meet asks the server over its API about rooms and recordings, with the invitation's token where there is one. */
export class RecordingServer {
  readonly #token: string | undefined;

  /** @param token the access token of the page's link */
  constructor(token: string | undefined) {
    this.#token = token;
  }

  /** A room, which there may be none of yet. @throws {CallError} */
  room(room: string, signal?: AbortSignal): Promise<RoomDetails> {
    return this.#ask('GET', inRoom(room, ''), { signal });
  }

  /** Begins to record a room. @throws {CallError} with what the server says of it */
  start(room: string, options: Partial<RecordingOptions>): Promise<Recording> {
    return this.#ask('POST', inRoom(room, '/recording/start'), { body: options });
  }

  /** @throws {CallError} */
  stop(room: string): Promise<Recording> {
    return this.#ask('POST', inRoom(room, '/recording/stop'), {});
  }

  /**
   * The newest recordings, or those after `cursor`.
   *
   * @param room only this room's
   * @throws {CallError}
   */
  list(room: string | undefined, cursor?: string, signal?: AbortSignal): Promise<RecordingList> {
    const path = room === undefined ? '/api/recordings' : inRoom(room, '/recordings');
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor !== undefined && { cursor }) });
    return this.#ask('GET', `${path}?${query}`, { signal });
  }

  /** A recording with its files. @throws {CallError} */
  recording(id: string, signal?: AbortSignal): Promise<Recording> {
    return this.#ask('GET', `/api/recordings/${encodeURIComponent(id)}`, { signal });
  }

  /** @throws {CallError} */
  delete(id: string): Promise<void> {
    return this.#ask('DELETE', `/api/recordings/${encodeURIComponent(id)}`, {});
  }

  /** Why a file cannot be fetched, in the server's words; nothing where it can, as far as this page sees. */
  async whyNot(url: string): Promise<CallError | undefined> {
    // Where it is on another server, one is sent there, which is all that is asked.
    const init = { headers: { Range: 'bytes=0-0' }, redirect: 'manual' } as const;
    const answer = await fetch(url, init).catch(() => undefined);
    if (answer === undefined) return unreachable();
    if (!answer.ok && answer.type !== 'opaqueredirect') return problemOf(answer);
    await answer.body?.cancel();
    return undefined;
  }

  async #ask<T>(
    method: string,
    path: string,
    { body, signal }: { body?: object; signal?: AbortSignal | undefined },
  ): Promise<T> {
    const headers = {
      ...(this.#token !== undefined && { Authorization: `Bearer ${this.#token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }), ...(signal && { signal }) };
    const answer = await fetch(path, init).catch((cause: unknown) => {
      throw signal?.aborted ? cause : unreachable(cause);
    });
    if (!answer.ok) throw await problemOf(answer);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
}

function inRoom(room: string, rest: string): string {
  return `/api/rooms/${encodeURIComponent(room)}${rest}`;
}

function unreachable(cause?: unknown): CallError {
  return new CallError('connection_failed', 'The server cannot be reached.', { cause });
}

/** The server's problem document (RFC 9457); what stands between may answer something else. */
async function problemOf(answer: Response): Promise<CallError> {
  const problem = (await answer.json().catch(() => undefined)) as Partial<Problem> | undefined;
  const { code = 'internal', detail = `The server answered ${answer.status}.` } = problem ?? {};
  return new CallError(code, detail);
}
