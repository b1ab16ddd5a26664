import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { Effect, RecordingEffect } from '../effects.ts';
import { TestRoom } from '../testing.ts';
import { nextWake } from '../wake.ts';

export const OPTIONS = RecordingOptions.parse({});
export const BY = { type: 'api' } as const;
export const TARGET = { ip: '127.0.0.1', port: 42_000 };

/** A room with recorders, played by hand. */
export class RecordedRoom extends TestRoom {
  start(recordingId = 'rec-1'): Effect[] {
    return this.do({ type: 'start-recording', recordingId, options: OPTIONS, by: BY });
  }

  stop(): Effect[] {
    return this.do({ type: 'stop-recording', by: BY });
  }

  place(recorderId = 'r1'): Effect[] {
    return this.do({ type: 'recorder-placed', recorderId });
  }

  /** The turn that there is now. */
  get turn() {
    const { recordingId = '', recorder: { recorderId = '', epoch = 0 } = {} } = this.state.recording ?? {};
    return { recordingId, recorderId, epoch };
  }

  hello(incarnation = 'i-1', target = TARGET): Effect[] {
    return this.do({ type: 'recorder-linked', ...this.turn, incarnation, target });
  }

  fail(message = 'no'): Effect[] {
    return this.do({ type: 'recorder-failed', ...this.turn, code: 'internal', message });
  }

  lose(stopped = false): Effect[] {
    return this.do({ type: 'recorder-unlinked', ...this.turn, stopped });
  }

  /** Rings the alarm when it is set, again and again, for a while. */
  wait(ms: number): Effect[] {
    const until = this.now + ms;
    const effects: Effect[] = [];
    for (;;) {
      const at = nextWake(this.state);
      if (at === undefined || at > until) break;
      this.now = Math.max(at, this.now);
      effects.push(...this.do({ type: 'wake' }));
    }
    this.now = until;
    return effects;
  }
}

/** A room that Ann is in, which is being recorded by `r1`, and its node. */
export function recorded(): RecordedRoom {
  const room = new RecordedRoom();
  room.join('ann');
  room.link();
  room.start();
  room.place();
  room.hello();
  return room;
}

export function ofType<T extends Effect['type']>(effects: Effect[], type: T): Extract<Effect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
}
export const types = (effects: Effect[]) => effects.map(({ type }) => type);
/** What nodes are told of captures. */
export const orders = (effects: Effect[]) =>
  ofType(effects, 'link-send').flatMap(({ message }) => {
    if (message.type === 'capture') return [`capture ${message.order.recordingId} ${message.order.epoch}`];
    return message.type === 'end-capture' ? [`end ${message.recordingId} ${message.epoch}`] : [];
  });
export const toRecorder = (effects: Effect[]) =>
  ofType(effects, 'recorder-send').map(({ message }) => message);
export const news = (effects: Effect[]) =>
  ofType(effects, 'tell-recording').map(
    ({ news }: Extract<RecordingEffect, { type: 'tell-recording' }>) => news,
  );
