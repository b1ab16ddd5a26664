import { type Heard, hear, NOTHING_HEARD, type Speakers } from '@parley/protocol/speakers';
import { AudioMeter } from './audio-meter.ts';

/** Milliseconds between two looks. */
const INTERVAL = 200;

export interface SpeakerWatchOptions {
  /** The levels of the others' microphones by participant id, 0–1. */
  levels(): ReadonlyMap<string, number>;
  /** One's own id and microphone, if it is on. */
  own(): { readonly participantId: string; readonly microphone: MediaStreamTrack | undefined };
  changed(speakers: Speakers): void;
}

/** Looks who speaks, while it is wanted. */
export class SpeakerWatch {
  readonly #options: SpeakerWatchOptions;
  #heard: Heard = NOTHING_HEARD;
  #told: Speakers = NOTHING_HEARD;
  #at = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #microphone: MediaStreamTrack | undefined;
  #meter: AudioMeter | undefined;
  /** One's own loudest since the last look. */
  #ownLevel = 0;

  constructor(options: SpeakerWatchOptions) {
    this.#options = options;
  }

  /** Who speaks; nobody while it is not wanted. Another object after a change. */
  get speakers(): Speakers {
    return this.#told;
  }

  /** Whether somebody wants to know. */
  want(wanted: boolean): void {
    clearInterval(this.#timer);
    if (wanted) {
      this.#at = performance.now();
      this.#timer = setInterval(() => this.#look(), INTERVAL);
      return;
    }
    this.#listenTo(undefined);
    this.#heard = NOTHING_HEARD;
    this.#told = NOTHING_HEARD;
  }

  #look(): void {
    const { levels, own, changed } = this.#options;
    const { participantId, microphone } = own();
    this.#listenTo(microphone);
    const all = new Map(levels());
    if (microphone) all.set(participantId, this.#ownLevel);
    this.#ownLevel = 0;
    const now = performance.now();
    this.#heard = hear(this.#heard, all, now - this.#at);
    this.#at = now;
    const { active, dominant } = this.#heard;
    const { active: activeBefore, dominant: dominantBefore } = this.#told;
    if (dominant === dominantBefore && JSON.stringify(active) === JSON.stringify(activeBefore)) return;
    this.#told = { active, dominant };
    changed(this.#told);
  }

  #listenTo(microphone: MediaStreamTrack | undefined): void {
    if (microphone === this.#microphone) return;
    this.#microphone = microphone;
    this.#meter?.close();
    this.#ownLevel = 0;
    this.#meter =
      microphone &&
      new AudioMeter(microphone, (level) => {
        this.#ownLevel = Math.max(this.#ownLevel, level);
      });
  }
}
