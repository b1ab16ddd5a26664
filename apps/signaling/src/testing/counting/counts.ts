/** What one Durable Object has been asked to do, as it is billed, since the Worker started. */
export interface ObjectCounts {
  className: string;
  /** By which it was got; its id where it has none. */
  name: string;
  /** How often it was made anew: once, and again whenever it had slept. */
  made: number;
  /** Requests (`fetch`), calls by method, and `alarm`. */
  requests: Record<string, number>;
  /** WebSocket messages that reached it: without those that the runtime answers in its stead. */
  messages: number;
  rowsRead: number;
  /** Rows by what wrote them: the method of the storage. */
  rowsWritten: Record<string, number>;
  /** Wall-clock time in which anything of it was under way, ms. */
  activeMs: number;
  /** The same and the time until it is evicted after it, ms. */
  residentMs: number;
}

/** What the counting Worker tells of itself. */
export interface EdgeCounts {
  /** Requests to the Worker, by the first two parts of their path. */
  worker: Record<string, number>;
  objects: ObjectCounts[];
}

/** Where the counting Worker tells it. */
export const COUNTS_PATH = '/internal/counts';
