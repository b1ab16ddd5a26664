import {
  ClaimedPlan,
  claimPath,
  type ProgressRequest,
  progressPath,
  type ReportRequest,
  ReportResponse,
  reportPath,
} from '@parley/protocol/recording/recorder-api';
import { z } from 'zod';

/** The edge's answer was no. */
export class EdgeRefusal extends Error {
  readonly status: number;
  /** Of `packages/protocol/src/errors.ts`, where it says one. */
  readonly code: string | undefined;

  constructor(status: number, code: string | undefined, detail: string) {
    super(detail);
    this.name = 'EdgeRefusal';
    this.status = status;
    this.code = code;
  }

  /** Whether the same again has no better chance: the request is wrong, or not its sender's any more. */
  get isFinal(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 404, 408, 413, 429].includes(this.status);
  }
}

/** Shows who this recorder is. */
export interface TokenSource {
  token(): Promise<string>;
  dropToken(): void;
}

const Refusal = z.object({ code: z.string().optional(), detail: z.string().optional() });
const TIMEOUT_MS = 20_000;

/** What recorders tell the edge of recordings. Nothing here tries again. */
export class EdgeApi {
  readonly #edgeUrl: string;
  readonly #tokens: TokenSource;

  constructor(edgeUrl: string, tokens: TokenSource) {
    this.#edgeUrl = edgeUrl;
    this.#tokens = tokens;
  }

  /** @throws {EdgeRefusal} or what went wrong on the way */
  async report(recordingId: string, body: ReportRequest, signal: AbortSignal): Promise<ReportResponse> {
    return ReportResponse.parse(await this.#post(reportPath(recordingId), body, signal));
  }

  /** @throws {EdgeRefusal} or what went wrong on the way */
  async claim(recordingId: string, attempt: number, signal: AbortSignal): Promise<ClaimedPlan> {
    return ClaimedPlan.parse(await this.#post(claimPath(recordingId), { attempt }, signal));
  }

  /** @throws {EdgeRefusal} or what went wrong on the way */
  async progress(recordingId: string, body: ProgressRequest, signal: AbortSignal): Promise<void> {
    await this.#post(progressPath(recordingId), body, signal);
  }

  async #post(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const token = await this.#tokens.token();
    const response = await fetch(`${this.#edgeUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    if (response.status === 401) this.#tokens.dropToken();
    const said = readRefusal(text);
    const detail = said.detail?.slice(0, 300) ?? `the edge answered HTTP ${response.status}`;
    throw new EdgeRefusal(response.status, said.code, detail);
  }
}

function readRefusal(text: string): z.infer<typeof Refusal> {
  try {
    return Refusal.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}
