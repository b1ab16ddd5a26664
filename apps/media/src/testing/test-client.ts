import type { SessionRequest } from '@parley/protocol/client-messages';
import type { SessionEvent } from '@parley/protocol/server-messages';
import { Inbox } from '@parley/service/testing/inbox';

/** The events of one type. */
export type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

/** A participant's way to its session, over whichever carrier. */
export abstract class TestClient {
  readonly participantId: string;
  /** What the session has said. */
  readonly events = new Inbox<SessionEvent>();

  constructor(participantId: string) {
    this.participantId = participantId;
  }

  /** Sends the session a message. */
  abstract request(message: SessionRequest): void;

  /** The next event of a type. */
  async event<T extends SessionEvent['type']>(
    type: T,
    options?: { from?: number; ms?: number },
  ): Promise<EventOf<T>> {
    const isIt = (event: SessionEvent): event is EventOf<T> => event.type === type;
    return await this.events.next(isIt, `${type} for ${this.participantId}`, options);
  }
}
