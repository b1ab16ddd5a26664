import { PROTOCOL_VERSION } from '@parley/protocol/version';
import type { TurnId } from '@parley/room/commands';
import type { RecordingEffect } from '@parley/room/effects';
import { makeRecordingId } from '../api/room-ids.ts';
import { CallsInTurn } from '../calls-in-turn.ts';
import { signRecorderAssignment } from '../keyring/sign.ts';
import { log } from '../log.ts';
import { webrtcConfig } from '../settings.ts';
import { closeQuietly } from '../sockets.ts';
import type { EffectContext } from './effect-runner.ts';
import { tellRecordingObject } from './recording-memory.ts';
import { sendMessage } from './room-sockets.ts';

/** Carries out what the rules decide about recordings. Neither the Fleet nor the recording's memory is waited for. */
export class RecorderEffects {
  readonly #context: EffectContext;
  readonly #news: CallsInTurn;

  constructor(context: EffectContext) {
    this.#context = context;
    this.#news = new CallsInTurn(context.ctx, (error) => {
      log.error('news of a recording lost their place', { error: String(error) });
    });
  }

  /** Resolves when the recordings' memories have heard of everything, or some of it was not heard and is told again later. */
  told(): Promise<void> {
    return this.#news.done();
  }

  async perform(roomId: string, effect: RecordingEffect): Promise<void> {
    const { ctx, sockets, starts, apply } = this.#context;
    switch (effect.type) {
      case 'auto-record':
        // Not waited for: what becomes of it stands behind this.
        if (webrtcConfig.recording.enabled) {
          ctx.waitUntil(apply({ type: 'auto-record', recordingId: makeRecordingId(roomId) }));
        }
        return;
      case 'place-recorder':
        ctx.waitUntil(this.#place(roomId, effect.exclude));
        return;
      case 'assign-recorder': {
        const assignment = await this.#sign(roomId, effect);
        ctx.waitUntil(this.#assign(roomId, assignment, effect));
        return;
      }
      case 'welcome-recorder': {
        const { type: _, recorderId: _id, ...content } = effect;
        const assignment = await this.#sign(roomId, effect);
        return sendMessage(sockets.recorders.find(effect), {
          type: 'welcome',
          version: PROTOCOL_VERSION,
          assignment,
          roomId,
          ...content,
        });
      }
      case 'recorder-send': {
        const socket = sockets.recorders.find(effect);
        if (socket === undefined) return;
        sendMessage(socket, effect.message);
        if (effect.message.type === 'stop') closeQuietly(socket, 1000, 'The recording is over here.');
        return;
      }
      case 'check-recorder':
        ctx.waitUntil(this.#check(roomId, effect));
        return;
      case 'tell-recording':
        return this.#news.add(() => this.#tell(roomId, effect));
      case 'start-answered':
        return starts.answer(effect.recordingId, effect.failure);
      default:
        effect satisfies never;
    }
  }

  async #sign(roomId: string, { recordingId, recorderId, epoch }: TurnId): Promise<string> {
    const claims = { sub: recorderId, room: roomId, recording: recordingId, epoch };
    return signRecorderAssignment(await this.#context.keys.get(), claims);
  }

  async #place(roomId: string, exclude: string[]): Promise<void> {
    const { keys, apply, fleet } = this.#context;
    try {
      // The key is wanted right after, so both are fetched at once.
      const [recorderId] = await Promise.all([fleet().placeRecorder({ exclude }), keys.get()]);
      await apply(
        recorderId === undefined
          ? { type: 'recorder-placement-failed' }
          : { type: 'recorder-placed', recorderId },
      );
    } catch (error) {
      logError('no recorder placed', roomId, error);
      await apply({ type: 'recorder-placement-failed' });
    }
  }

  async #assign(
    roomId: string,
    assignment: string,
    effect: Extract<RecordingEffect, { type: 'assign-recorder' }>,
  ): Promise<void> {
    const { recordingId, recorderId, epoch, options } = effect;
    const order = { type: 'record', roomId, recordingId, epoch, assignment, options } as const;
    try {
      if (await this.#context.fleet().tellRecorder(recorderId, order)) return;
    } catch (error) {
      logError('recorder not told', roomId, error);
    }
    await this.#context.apply({ type: 'recorder-assign-failed', recordingId, recorderId, epoch });
  }

  async #check(
    roomId: string,
    { recordingId, recorderId, epoch, incarnation }: Extract<RecordingEffect, { type: 'check-recorder' }>,
  ): Promise<void> {
    const { fleet, apply } = this.#context;
    try {
      const life = await fleet().recorderLife(recorderId, incarnation);
      await apply({ type: 'recorder-checked', recordingId, recorderId, epoch, life });
    } catch (error) {
      // The room asks again.
      logError('recorder not checked', roomId, error);
    }
  }

  async #tell(roomId: string, { news }: Extract<RecordingEffect, { type: 'tell-recording' }>): Promise<void> {
    const { env, home, apply } = this.#context;
    const { number } = news;
    try {
      await tellRecordingObject(env, { roomId, region: home() }, news);
    } catch (error) {
      logError('recording not told', roomId, error);
      return this.#context.apply({ type: 'recording-told', number, heard: false });
    }
    const { type, recordingId } = news;
    log.info(`recording ${type}`, {
      roomId,
      recordingId,
      ...(type === 'turn' && { recorderId: news.turn.recorderId, epoch: news.turn.epoch }),
      ...(type === 'stopped' && { reason: news.reason }),
    });
    await apply({ type: 'recording-told', number, heard: true });
  }
}

function logError(event: string, roomId: string, error: unknown): void {
  log.error(event, { roomId, error: error instanceof Error ? error.message : String(error) });
}
