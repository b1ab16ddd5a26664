/** Levels as `loudness()` has them: a voice begins at −35 dBov, and is over below −42 dBov. */
const VOICE = 0.42;
const SILENCE = 0.3;
/** Milliseconds of voice until somebody counts as speaking: less is a click. */
const START_MS = 300;
/** Milliseconds of silence until somebody does no more: less is a pause for breath. */
const STOP_MS = 800;
/** Milliseconds of voice until somebody takes the place of a dominant speaker, who has it as long: less is a cough. */
const DOMINATE_MS = 1_000;
/** Most that is remembered of somebody's voice, milliseconds. */
const MEMORY_MS = 3_000;
/** How much louder than a dominant speaker who goes on somebody has to be: 6 dB. Noisy rooms are to be outdone. */
const LOUDER = 0.1;
/** How fast a level falls, a second: slower than syllables. */
const RELEASE = 1;
/** Time constant of the level that decides who is louder, milliseconds. */
const AVERAGE_MS = 2_000;

/** Somebody who speaks. */
export interface ActiveSpeaker {
  readonly participantId: string;
  /** 0–1, linear in decibels: 0.5 to 0.7 is a voice. In steps of 0.05. */
  readonly level: number;
}

/** Who speaks. */
export interface Speakers {
  /** Whoever speaks now, the loudest of the last seconds first. */
  readonly active: readonly ActiveSpeaker[];
  /** Who leads the conversation: who spoke last, until somebody else has spoken for a second. */
  readonly dominant: string | undefined;
}

interface Voice {
  /** Falls slowly. */
  readonly level: number;
  readonly average: number;
  /** Milliseconds of voice, less those of silence since. */
  readonly voiced: number;
  readonly quietMs: number;
  readonly speaking: boolean;
}

const MUTE: Voice = { level: 0, average: 0, voiced: 0, quietMs: 0, speaking: false };

/** What was heard so far. Never changed, only replaced. */
export interface Heard extends Speakers {
  readonly voices: ReadonlyMap<string, Voice>;
  /** Milliseconds that the dominant speaker has been it. */
  readonly dominantMs: number;
}

export const NOTHING_HEARD: Heard = { active: [], dominant: undefined, voices: new Map(), dominantMs: 0 };

/**
 * What a look at everybody's levels makes of what was heard so far.
 *
 * @param levels of everybody who has a microphone, 0–1; who is not in it is gone
 * @param elapsed milliseconds since the look before
 */
export function hear(heard: Heard, levels: ReadonlyMap<string, number>, elapsed: number): Heard {
  const voices = new Map(
    [...levels].map(([id, level]) => [id, listen(heard.voices.get(id) ?? MUTE, level, elapsed)]),
  );
  const active = [...voices]
    .filter(([, { speaking }]) => speaking)
    .sort(([, a], [, b]) => b.average - a.average)
    .map(([participantId, { level }]) => ({ participantId, level: Math.round(level * 20) / 20 }));
  const dominantMs = heard.dominantMs + elapsed;
  const dominant = dominantOf(voices, heard.dominant, dominantMs);
  return { active, dominant, voices, dominantMs: dominant === heard.dominant ? dominantMs : 0 };
}

function listen(before: Voice, level: number, elapsed: number): Voice {
  const isVoice = level >= VOICE;
  const voiced = Math.min(MEMORY_MS, Math.max(0, before.voiced + (isVoice ? elapsed : -elapsed)));
  const quietMs = level >= SILENCE ? 0 : before.quietMs + elapsed;
  return {
    level: Math.max(level, before.level - (RELEASE * elapsed) / 1000),
    average: before.average + (level - before.average) * Math.min(1, elapsed / AVERAGE_MS),
    voiced,
    quietMs,
    speaking: before.speaking ? quietMs < STOP_MS : isVoice && voiced >= START_MS,
  };
}

function dominantOf(
  voices: ReadonlyMap<string, Voice>,
  before: string | undefined,
  dominantMs: number,
): string | undefined {
  const dominant = before === undefined ? undefined : voices.get(before);
  if (dominant && dominantMs < DOMINATE_MS) return before;
  const rivals = [...voices].filter(([id, voice]) => id !== before && beats(voice, dominant));
  const [rival] = rivals.sort(([, a], [, b]) => b.average - a.average);
  return rival?.[0] ?? (dominant && before);
}

function beats(voice: Voice, dominant: Voice | undefined): boolean {
  if (!voice.speaking || voice.quietMs > 0) return false;
  if (dominant === undefined) return true;
  return voice.voiced >= DOMINATE_MS && (!dominant.speaking || voice.average > dominant.average + LOUDER);
}
