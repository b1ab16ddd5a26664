import { describe, expect, it } from 'vitest';
import { readFixture } from '../fixtures/read.ts';
import type { MediaDecision } from './answer.ts';
import { type Offer, parseOffer } from './offer.ts';
import { isIceRestart, isSamePeerConnection, transportChange, transportMid } from './peer-connection.ts';

const BROWSERS = ['chromium', 'firefox'] as const;

function offer(client: (typeof BROWSERS)[number], name: string): Offer {
  return parseOffer(readFixture(client, name));
}

describe.each(BROWSERS)('offers of %s', (client) => {
  it('are of the same RTCPeerConnection through its life', () => {
    const first = offer(client, 'audio-video');
    for (const name of ['screen-added', 'screen-stopped', 'ice-restart', 'first-stopped']) {
      expect(isSamePeerConnection(first, offer(client, name))).toBe(true);
    }
    expect(isSamePeerConnection(offer(client, 'empty'), offer(client, 'after-empty'))).toBe(true);
  });

  it('are of another RTCPeerConnection', () => {
    expect(isSamePeerConnection(offer(client, 'audio-video'), offer(client, 'screen-second-peer'))).toBe(
      false,
    );
    expect(isSamePeerConnection(offer(client, 'audio-video'), offer(client, 'empty'))).toBe(false);
  });

  it('restart ICE', () => {
    expect(isIceRestart(offer(client, 'screen-recycled'), offer(client, 'ice-restart'))).toBe(true);
    expect(isIceRestart(offer(client, 'audio-video'), offer(client, 'screen-recycled'))).toBe(false);
    expect(isIceRestart(offer(client, 'empty'), offer(client, 'after-empty'))).toBe(false);
  });

  it('keep their transport, or lose it with the m-line that carries it', () => {
    const [first, later] = [offer(client, 'audio-video'), offer(client, 'screen-recycled')];
    expect(transportChange('0', first, later)).toBe('kept');
    expect(transportChange('0', later, offer(client, 'first-stopped'))).toBe('lost');
    // The audio was rejected from the start.
    expect(transportChange('1', later, offer(client, 'first-stopped'))).toBe('kept');
    expect(transportChange('0', first, offer(client, 'empty'))).toBe('none');
    expect(transportChange(undefined, offer(client, 'empty'), offer(client, 'after-empty'))).toBe('new');
  });
});

describe('transportChange', () => {
  it('is new where all that was alive is stopped in the same offer', () => {
    const first = offer('chromium', 'audio-only');
    const next = { ...first, media: first.media.map((media) => ({ ...media, mid: '7' })) };
    expect(transportChange('0', first, next)).toBe('new');
  });
});

describe('transportMid', () => {
  const first = offer('chromium', 'audio-video');

  it('is the first m-line of the group that lives', () => {
    const decisions = new Map<string, MediaDecision>([['1', { action: 'inactive' }]]);
    expect(transportMid(first, decisions)).toBe('1');
    expect(transportMid(first, new Map())).toBeUndefined();
  });

  it('stays where it was', () => {
    const decisions = new Map<string, MediaDecision>([
      ['0', { action: 'inactive' }],
      ['1', { action: 'inactive' }],
    ]);
    expect(transportMid(first, decisions)).toBe('0');
    expect(transportMid(first, decisions, '1')).toBe('1');
    expect(transportMid(first, decisions, '9')).toBe('0');
  });
});

describe('offers of libdatachannel', () => {
  const libdatachannel = (name: string) => parseOffer(readFixture('libdatachannel', name));

  it('are of the same connection although each has a session id of its own', () => {
    const [first, later] = [libdatachannel('audio-video'), libdatachannel('screen-added')];
    expect(first.origin.sessionId).not.toBe(later.origin.sessionId);
    expect(isSamePeerConnection(first, later)).toBe(true);
    expect(isSamePeerConnection(first, libdatachannel('audio-only'))).toBe(false);
  });
});
