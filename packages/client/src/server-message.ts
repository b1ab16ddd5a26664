import type { Joined, ServerMessage } from '@parley/protocol/server-messages';

const TYPES: Readonly<Record<ServerMessage['type'], true>> = {
  joined: true,
  resumed: true,
  'media-session': true,
  'request-offer': true,
  answer: true,
  offer: true,
  'participant-joined': true,
  'participant-left': true,
  'track-published': true,
  'track-unpublished': true,
  'track-muted': true,
  'participant-renamed': true,
  'room-updated': true,
  'moderator-changed': true,
  moderated: true,
  'grants-changed': true,
  waiting: true,
  lobby: true,
  'quality-changed': true,
  'layers-watched': true,
  'codec-wanted': true,
  'active-speakers': true,
  error: true,
  'room-closed': true,
  chat: true,
  'recording-started': true,
  'recording-stopped': true,
};

/**
 * Reads a message of the server. The server checks what it is sent; the client believes what it gets and only skips
 * what it does not know, since a newer server may say more.
 */
export function parseServerMessage(data: unknown): ServerMessage | undefined {
  if (typeof data !== 'string') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isServerMessage(value)) return undefined;
  return value.type === 'joined' ? { ...value, ...missingIn(value) } : value;
}

/** What a server of the version before does not say in `joined`: there everybody may do everything but moderate. */
function missingIn({ room, grants, media }: Joined): Pick<Joined, 'room' | 'grants'> {
  return {
    room: { ...{ locked: false, lobby: false, metadata: {} }, ...room },
    grants: grants ?? {
      publish: ['camera', 'microphone', 'screen', 'screen-audio'],
      subscribe: true,
      data: true,
      record: true,
      moderate: false,
      maxBitrate: media.maxBitrate,
    },
  };
}

function isServerMessage(value: unknown): value is ServerMessage {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return typeof value.type === 'string' && Object.hasOwn(TYPES, value.type);
}
