/** What the attacking process is told to do. */
export interface Assault {
  /** The same seed generates the same input. */
  seed: number;
  edgeUrl: string;
  /** Of the node: clients' sockets, metrics, and media. */
  ports: { client: number; metrics: number; rtc: number[] };
  /** The room of the healthy call. */
  room: string;
  /** Ids of its participants and tracks, for messages that meddle with them. */
  ids: string[];
  /** ICE user names of its transports. */
  ufrags: string[];
  /** Messages that must be looked at, at `/ws` and as many at the node. */
  messages: number;
  /** Session descriptions that must be looked at, over each carrier. */
  sdps: number;
  /** Packets to the media ports. */
  packets: number;
  packetsPerSecond: number;
  /** Whether to wait until a ticket has expired, which takes longer than a minute. */
  expiry: boolean;
}

/** Counts of what was sent and how it was answered, by name. */
export type Tally = Record<string, number>;

/** From the attacking process. */
export type AssaultReport =
  | { type: 'progress'; tally: Tally }
  | { type: 'done'; tally: Tally }
  | { type: 'failed'; message: string };

/** Counts by name. */
export class Counts {
  readonly tally: Tally = {};

  add(name: string, count = 1): void {
    this.tally[name] = (this.tally[name] ?? 0) + count;
  }

  of(name: string): number {
    return this.tally[name] ?? 0;
  }
}
