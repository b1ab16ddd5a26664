import type { Level } from './checks.ts';

/** The client under test, once started. */
export interface RunningClient {
  /** Asks it to leave the room, and waits until it has ended. */
  stop(): Promise<void>;
}

export interface ConformanceOptions {
  /** Base URL of a real Parley, for example `http://localhost:8080`. */
  upstream: string;
  level: Level;
  /** Whether the client publishes, and whether it receives; one that does neither is no client. */
  publishes: boolean;
  receives: boolean;
  /**
   * Starts the client.
   *
   * @param url base URL to connect to in place of the server's
   * @param room the room to join; the client may choose another
   */
  start(url: string, room: string): Promise<RunningClient>;
  /** How long the client may take for each thing that is asked of it, ms. */
  patienceMs: number;
  /** How long it may take until it connects, ms. Default a minute. */
  startMs?: number;
  /** Where it is to connect. Default any free port. */
  port?: number;
  /** Ends the run with the first failure. Default false. */
  failFast?: boolean;
  /** Hears what is being checked. */
  onProgress?(what: string): void;
}
