import { isOfLoudest } from '../forwarding/room-forwarding.ts';
import type { PublishedTrack } from './published-track.ts';
import type { SessionContext } from './session-context.ts';
import { initialChoice, isWanted, type SubscriptionChoice } from './subscription-choice.ts';

/** Which of the others' tracks a client gets. */
export class TrackSelection {
  readonly #context: Pick<SessionContext, 'grants' | 'participantId'>;
  /** Which it wants. */
  choice: SubscriptionChoice;
  /** The participants of whom it has m-lines; undefined for everybody. */
  lines: ReadonlySet<string> | undefined;

  constructor(context: Pick<SessionContext, 'grants' | 'participantId'>, autoSubscribe: boolean | undefined) {
    this.#context = context;
    this.choice = initialChoice(autoSubscribe);
  }

  /** Whether the client may get a track and wants it. */
  wants({ participantId, producer }: PublishedTrack): boolean {
    const { grants, participantId: own } = this.#context;
    return grants.subscribe && participantId !== own && isWanted(this.choice, producer.id);
  }

  /** Whether it gets it, too: in a big room not of everybody. */
  gets(track: PublishedTrack): boolean {
    const hasLine = !isOfLoudest(track) || this.lines?.has(track.participantId) !== false;
    return hasLine && this.wants(track);
  }
}
