import type { Source } from '@parley/protocol/grants';
import type { MediaKind } from '@parley/protocol/track';

/** The messages that bring a publishing PeerConnection's offer. */
export type PublishingRequest = 'offer' | 'start-screen-share';

/** What a new m-line carries where the client does not say: by its kind and by the message that brought it. */
export function defaultSource(kind: MediaKind, request: PublishingRequest): Source {
  switch (request) {
    case 'offer':
      return kind === 'audio' ? 'microphone' : 'camera';
    case 'start-screen-share':
      return kind === 'audio' ? 'screen-audio' : 'screen';
  }
}

/** The kind of media that a source makes. */
export function kindOfSource(source: Source): MediaKind {
  return source === 'microphone' || source === 'screen-audio' ? 'audio' : 'video';
}

/** Whether a source belongs to a screen share. */
export function isScreenSource(source: Source): boolean {
  return source === 'screen' || source === 'screen-audio';
}

/**
 * The media stream id (RFC 8830) under which others receive a track: one for a participant's camera and microphone,
 * another for its screen and the screen's sound, so that browsers play each pair in sync.
 */
export function streamIdOf(participantId: string, source: Source): string {
  const token = participantId.replace(/[^A-Za-z0-9-]/g, (c) => `_${c.codePointAt(0)?.toString(16)}_`);
  return isScreenSource(source) ? `${token}-screen` : token;
}
