/** From then on somebody speaks, milliseconds since the epoch. */
export interface Turn {
  at: number;
  participantId: string;
}

/** How loud somebody was: a level each {@link LEVEL_MS} from a time on. */
export interface Levels {
  participantId: string;
  /** Milliseconds since the epoch. */
  from: number;
  /** dBFS, −127 to 0. */
  levels: ArrayLike<number>;
}

/** Milliseconds of a level. */
export const LEVEL_MS = 100;

/** What is below is no speech, dBFS. */
const SPEECH = -45;

/** Who is the loudest in so many of the last ten levels speaks. */
const WINDOW = 10;
const LEADS = 6;

/** How long somebody is shown at least, levels: a cough does not cut. */
const HOLD = 30;

/** Who speaks when, by who is the loudest. It is known afterwards who will go on: a turn begins with its first words. */
export function speakerTurns(people: Levels[]): Turn[] {
  const from = Math.min(...people.map((person) => person.from));
  const end = Math.max(...people.map(({ from: begin, levels }) => begin + levels.length * LEVEL_MS));
  const steps = people.length === 0 ? 0 : Math.ceil((end - from) / LEVEL_MS);
  const recent: (string | undefined)[] = [];
  const turns: Turn[] = [];
  let since = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < steps; step++) {
    const loudest = loudestAt(people, from + step * LEVEL_MS);
    recent.push(loudest);
    if (recent.length > WINDOW) recent.shift();
    if (loudest === undefined || loudest === turns.at(-1)?.participantId) continue;
    if (step - since < HOLD || recent.filter((each) => each === loudest).length < LEADS) continue;
    const first = step - recent.length + 1 + recent.indexOf(loudest);
    since = Math.max(first, since + HOLD - WINDOW);
    turns.push({ at: from + since * LEVEL_MS, participantId: loudest });
  }
  return turns;
}

function loudestAt(people: Levels[], at: number): string | undefined {
  let loudest: string | undefined;
  let most = SPEECH;
  for (const { participantId, from, levels } of people) {
    const level = levels[Math.floor((at - from) / LEVEL_MS)] ?? Number.NEGATIVE_INFINITY;
    if (level > most) [loudest, most] = [participantId, level];
  }
  return loudest;
}
