import type { NodeLinkMessage } from '@parley/protocol/link-messages';
import { describe, expect, it } from 'vitest';
import { LinkOutbox } from './link-outbox.ts';

const event = (roomId: string): NodeLinkMessage => ({
  type: 'session-event',
  participantId: 'alice',
  session: 1,
  message: { type: 'quality-changed', roomId, trackId: 't', requested: 'low', applied: 'low' },
});

describe('LinkOutbox', () => {
  it('keeps what the next hello does not say, in order, and gives it once', () => {
    const outbox = new LinkOutbox();
    outbox.add(event('a'));
    outbox.add({ type: 'track-unpublished', participantId: 'alice', session: 1, trackId: 't' });
    const [code, message] = ['media_unavailable', 'The worker died.'] as const;
    const closed = { type: 'session-closed', participantId: 'alice', session: 1, code, message } as const;
    outbox.add(closed);
    outbox.add({ type: 'media-state', participantId: 'alice', session: 1, state: 'connected' });
    outbox.add(event('b'));
    expect(outbox.drain()).toEqual([event('a'), closed, event('b')]);
    expect(outbox.drain()).toEqual([]);
  });

  it('keeps no offer and no request for one: those that are open are told again by themselves', () => {
    const outbox = new LinkOutbox();
    outbox.add({
      type: 'session-event',
      participantId: 'alice',
      session: 1,
      message: { type: 'offer', roomId: 'a', offerId: 'o', sdp: '', tracks: [] },
    });
    outbox.add({
      type: 'session-event',
      participantId: 'alice',
      session: 1,
      message: { type: 'request-offer', roomId: 'a' },
    });
    expect(outbox.drain()).toEqual([]);
  });

  it('is bounded: the oldest goes first', () => {
    const outbox = new LinkOutbox(2);
    for (const name of ['a', 'b', 'c']) outbox.add(event(name));
    expect(outbox.drain()).toEqual([event('b'), event('c')]);
  });
});
