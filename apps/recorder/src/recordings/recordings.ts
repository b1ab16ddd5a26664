import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EdgeSocketTuning } from '@parley/service/edge-socket';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { CaptureOptions, CaptureStats } from '../capture/capture-types.ts';
import type { DiskLevel } from '../storage/disk.ts';
import { EpochStore, type StoreContext } from '../storage/epoch-store.ts';
import { recordingFolder } from '../storage/folders.ts';
import { journalName } from '../storage/journal.ts';
import { recover } from '../storage/recovery.ts';
import { type PreflightNeeds, preflight } from './preflight.ts';
import type { RecordOrder } from './recorder-fleet.ts';
import { type OpenCapture, Recording } from './recording.ts';
import { Refusals } from './refusals.ts';

/** What all recordings of a process share. */
export interface RecordingsOptions {
  edgeUrl: string;
  incarnation: string;
  store: StoreContext;
  preflight: PreflightNeeds;
  capture: Pick<CaptureOptions, 'ip' | 'ports' | 'srtp'>;
  openCapture: OpenCapture;
  events: ThrottledLog;
  /** A recording has ended here. */
  onEnded(stats: CaptureStats): void;
  socketTuning?: EdgeSocketTuning;
}

/** All that this recorder has of recordings: those that it records, and turns that are yet to be told wholly. */
export class Recordings {
  readonly #options: RecordingsOptions;
  /** What is recorded now, by recording: a later turn takes the place of an earlier one. */
  readonly #live = new Map<string, Recording>();
  readonly #stores = new Set<EpochStore>();
  readonly #refusals: Refusals;
  /** One order of a recording after the other. */
  readonly #orders = new Map<string, { epoch: number; done: Promise<void> }>();
  #closing = false;

  constructor(options: RecordingsOptions) {
    this.#options = options;
    const { edgeUrl, events, socketTuning } = options;
    this.#refusals = new Refusals({ edgeUrl, events, ...(socketTuning && { socketTuning }) });
  }

  get count(): number {
    return this.#live.size;
  }

  get tracks(): number {
    return this.captures.reduce((sum, { tracks }) => sum + tracks, 0);
  }

  get captures(): CaptureStats[] {
    return [...this.#live.values()].map(({ stats }) => stats);
  }

  get linksUp(): number {
    return [...this.#live.values()].filter(({ isLinked }) => isLinked).length;
  }

  /** Turns that are not told wholly, those that go on included. */
  get open(): number {
    return this.#stores.size;
  }

  /** Goes on with what earlier processes left. */
  async recover(): Promise<void> {
    for (const store of await recover(this.#options.store)) this.#keep(store);
  }

  /** Takes a turn at a recording, or tells the room why not; said again it changes nothing. */
  record(order: RecordOrder): void {
    const before = this.#orders.get(order.recordingId);
    if (this.#closing || (before !== undefined && before.epoch >= order.epoch)) return;
    const done = (before?.done ?? Promise.resolve()).then(() => this.#begin(order));
    this.#orders.set(order.recordingId, { epoch: order.epoch, done });
  }

  /** The disk has more room, or less. */
  diskChanged(level: DiskLevel): void {
    const { events, preflight: needs } = this.#options;
    events.warn('disk', { level, path: needs.root }, `the recorder’s disk is ${level}`);
    if (level !== 'critical') return;
    for (const recording of this.#live.values()) {
      recording.fail(`The recorder's disk is full: make room at ${needs.root}.`);
    }
  }

  /** The disk gets scarce: copies of what is elsewhere go. */
  spare(): void {
    for (const store of this.#stores) void store.spare();
  }

  /** Stops what is done about a recording, which is to be deleted. */
  async letGo(recordingId: string): Promise<void> {
    await this.#orders.get(recordingId)?.done;
    await this.#live.get(recordingId)?.close('the recording is deleted');
    const stores = [...this.#stores].filter(({ id }) => id.recordingId === recordingId);
    await Promise.all(stores.map((store) => store.close()));
  }

  /** Closes what is recorded; then uploads and reports go on for `patienceMs` at the most. */
  async close(patienceMs: number): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#orders.values()].map(({ done }) => done));
    this.#refusals.close();
    for (const recording of this.#live.values()) recording.fail('The recorder stops.');
    await Promise.all([...this.#live.values()].map((recording) => recording.close('the recorder stops')));
    const stores = [...this.#stores];
    const { promise: patience, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    await Promise.race([patience, Promise.all(stores.map(({ done }) => done))]);
    clearTimeout(timer);
    await Promise.all(stores.map((store) => store.close()));
  }

  async #begin(order: RecordOrder): Promise<void> {
    const { events, preflight: needs } = this.#options;
    const { recordingId, roomId, epoch } = order;
    try {
      await this.#live.get(recordingId)?.close('this recorder has its next turn');
      const folder = recordingFolder(needs.root, recordingId);
      const problem = await preflight(needs, order.options);
      if (problem !== undefined) {
        this.#refuse(order, problem);
        return;
      }
      if (await isBegun(folder, epoch)) {
        this.#refuse(order, 'The recorder was started anew in the middle of this turn.');
        return;
      }
      const id = { recordingId, roomId, epoch };
      const { store } = await EpochStore.open(this.#options.store, id, folder);
      this.#keep(store);
      await this.#open(order, store);
      events.info('recording', { recordingId, roomId, epoch }, 'a room is recorded here');
    } catch (error) {
      this.#refuse(
        order,
        `The recorder cannot begin: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #open(order: RecordOrder, store: EpochStore): Promise<void> {
    const { edgeUrl, incarnation, capture, openCapture, events, onEnded, socketTuning } = this.#options;
    try {
      const recording: Recording = await Recording.start({
        order,
        store,
        edgeUrl,
        incarnation,
        capture,
        openCapture,
        events,
        onClosed: (stats) => {
          onEnded(stats);
          if (this.#live.get(order.recordingId) === recording) this.#live.delete(order.recordingId);
        },
        ...(socketTuning && { socketTuning }),
      });
      this.#live.set(order.recordingId, recording);
    } catch (error) {
      store.end();
      throw error;
    }
  }

  #refuse(order: RecordOrder, message: string): void {
    // Asked again it looks again.
    this.#orders.delete(order.recordingId);
    this.#refusals.tell(order, message);
  }

  #keep(store: EpochStore): void {
    this.#stores.add(store);
    void store.done.then(async () => {
      await store.close();
      this.#stores.delete(store);
      const { recordingId, epoch } = store.id;
      const isLast = ![...this.#stores].some(({ id }) => id.recordingId === recordingId);
      // The next turn may be about to begin.
      if (isLast && this.#orders.get(recordingId)?.epoch === epoch) this.#orders.delete(recordingId);
    });
  }
}

/** Whether a process before this one began a turn: its files would be written over, while they are uploaded and then deleted. */
async function isBegun(folder: string, epoch: number): Promise<boolean> {
  return (await stat(join(folder, journalName(epoch))).catch(() => undefined)) !== undefined;
}
