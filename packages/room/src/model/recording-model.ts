import type { CaptureOrder } from '@parley/protocol/recording/capture';
import { expect } from 'vitest';
import type { Command, TurnId } from '../commands.ts';
import type { Effect } from '../effects.ts';
import { listeners, recorderOf } from '../recorder-link.ts';
import type { RecordingNews } from '../recording-state.ts';
import type { RoomState } from '../state.ts';

/** What recorders, nodes and recordings' memories believe, from nothing but what they were told, and whether that can be true. */
export class RecordingModel {
  /** The highest epoch of each recording, and those that are over. */
  readonly #epochs = new Map<string, number>();
  readonly #over = new Set<string>();
  /** Recorders whose link is open. */
  #linked: TurnId[] = [];
  /** What each node captures. */
  readonly #captures = new Map<string, CaptureOrder>();
  /** What each memory has heard. */
  readonly #heard = new Map<string, RecordingNews['type'][]>();
  #news: RecordingNews | undefined;

  /** What the memory has yet to answer. */
  get news(): RecordingNews | undefined {
    return this.#news;
  }

  /** A command is about to be applied to a room. */
  before(state: RoomState, command: Command): void {
    if (command.type !== 'recorder-linked' && command.type !== 'recorder-unlinked') return;
    // The shell lets nobody else in: whoever has a link keeps it.
    if (command.type === 'recorder-linked' && recorderOf(state, command) === undefined) return;
    this.#linked = this.#linked.filter((turn) => !isSame(turn, command));
    if (command.type === 'recorder-linked') this.#linked.push(command);
  }

  /** What came of it. */
  after(state: RoomState, effects: readonly Effect[]): void {
    for (const effect of effects) this.#effect(state, effect);
    this.#check(state);
  }

  #effect(state: RoomState, effect: Effect): void {
    switch (effect.type) {
      case 'assign-recorder': {
        const { recordingId, epoch } = effect;
        expect(epoch, 'a recording’s epochs only rise').toBeGreaterThan(this.#epochs.get(recordingId) ?? 0);
        this.#epochs.set(recordingId, epoch);
        return;
      }
      case 'welcome-recorder':
        expect(
          this.#linked.some((turn) => isSame(turn, effect)),
          'who said hello is welcome',
        ).toBe(true);
        return;
      case 'recorder-send':
        expect(
          this.#linked.some((turn) => isSame(turn, effect)),
          'only who listens is told',
        ).toBe(true);
        if (effect.message.type === 'stop') {
          this.#linked = this.#linked.filter((turn) => !isSame(turn, effect));
        }
        return;
      case 'link-send':
        return this.#node(effect);
      case 'send':
        if (effect.message.type === 'recording-stopped') this.#over.add(effect.message.recordingId);
        return;
      case 'tell-recording':
        return this.#tell(state, effect.news);
      default:
        return;
    }
  }

  #node({ nodeId, message }: Extract<Effect, { type: 'link-send' }>): void {
    switch (message.type) {
      case 'capture':
        expect(this.#over, 'a stopped recording orders no capture').not.toContain(message.order.recordingId);
        this.#captures.set(nodeId, message.order);
        return;
      case 'end-capture': {
        const order = this.#captures.get(nodeId);
        const isPast = order?.recordingId === message.recordingId && order.epoch <= message.epoch;
        if (isPast) this.#captures.delete(nodeId);
        return;
      }
      case 'close-room':
        this.#captures.delete(nodeId);
        return;
      default:
        return;
    }
  }

  #tell({ phase }: RoomState, news: RecordingNews): void {
    this.#news = news;
    const heard = this.#heard.get(news.recordingId) ?? [];
    if (news.type !== 'opened') expect(heard[0], 'the memory is opened first').toBe('opened');
    if (phase === 'open' && heard.includes('stopped')) expect(news.type, 'its end is last').toBe('stopped');
    this.#heard.set(news.recordingId, [...heard, news.type]);
  }

  #check(state: RoomState): void {
    const { recording, assignments, phase } = state;
    const leaves = recording?.outgoing?.epoch;
    const turns = this.#linked.filter(({ epoch }) => epoch !== leaves);
    expect(turns.length, 'one recorder has its turn at a time').toBeLessThanOrEqual(1);
    for (const nodeId of this.#captures.keys()) {
      // A node that is not the room's any more closes it.
      if (assignments[nodeId] === undefined) this.#captures.delete(nodeId);
    }
    const recorder = recording?.recorder;
    const [listener] = recording === undefined ? [] : listeners(recording);
    for (const { nodeId, state: link } of Object.values(assignments)) {
      if (link !== 'linked') continue;
      const order = this.#captures.get(nodeId);
      if (listener !== undefined) {
        expect(order, 'every node sends to the recorder that listens').toMatchObject({
          recordingId: recording?.recordingId,
          epoch: listener.epoch,
        });
      } else if (recording === undefined)
        expect(order, 'without a recording no node captures').toBeUndefined();
    }
    if (recording === undefined) return expect(this.#linked, 'nobody records what is over').toEqual([]);
    expect(phase, 'a closed room records nothing').toBe('open');
    const seeks = recording.search.state !== 'none';
    expect(seeks, 'a recorder is looked for exactly while there is none').toBe(recorder === undefined);
    expect(turns, 'it listens').toMatchObject(
      recorder?.state === 'linked' ? [{ epoch: recorder.epoch }] : [],
    );
    const epochs = recording.turns.map(({ epoch }) => epoch);
    expect(epochs, 'each turn is of its epoch').toEqual([...new Set(epochs)].sort((a, b) => a - b));
    expect(recording.begun, 'it has begun with its first turn').toBe(epochs.length > 0);
  }
}

function isSame(a: TurnId, b: TurnId): boolean {
  return a.recordingId === b.recordingId && a.recorderId === b.recorderId && a.epoch === b.epoch;
}
