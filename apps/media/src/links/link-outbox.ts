import type { NodeLinkMessage } from '@parley/protocol/link-messages';

/**
 * Keeps what a node wants to tell the Room while their link is down. The next `hello` lists sessions and tracks, so
 * only what it does not say is kept; beyond the bound the oldest goes first.
 */
export class LinkOutbox {
  readonly #capacity: number;
  #messages: NodeLinkMessage[] = [];

  /** @param capacity most messages kept */
  constructor(capacity = 1000) {
    this.#capacity = capacity;
  }

  add(message: NodeLinkMessage): void {
    switch (message.type) {
      case 'session-event':
        // Those that are open are told again once the link is up; the client need not answer them twice.
        if (message.message.type === 'offer' || message.message.type === 'request-offer') return;
        this.#keep(message);
        return;
      // `hello` does not tell a session that has ended from one whose client has yet to come.
      case 'session-closed':
      case 'session-report':
        this.#keep(message);
        return;
      // In `hello`, or told again once the link is up.
      case 'hello':
      case 'session-opened':
      case 'track-published':
      case 'track-unpublished':
      case 'media-state':
      // The Room orders the capture anew.
      case 'capture-event':
      // Whoever asked has given up by then.
      case 'stats':
        return;
      default:
        message satisfies never;
    }
  }

  /** Takes out everything, oldest first. */
  drain(): NodeLinkMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  #keep(message: NodeLinkMessage): void {
    this.#messages.push(message);
    if (this.#messages.length > this.#capacity) this.#messages.shift();
  }
}
