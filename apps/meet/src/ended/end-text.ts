import { assertNever } from '@parley/client/assert-never';
import { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
import { errorText } from '../i18n/error-text.ts';
import type { Texts } from '../i18n/texts.ts';

/** What the page says when there is no call (any more). */
export interface EndText {
  readonly title: string;
  readonly text: string;
  /** The button that goes back in; absent where that cannot work. */
  readonly again?: string;
}

/** Words for the end of a call, or for why it did not begin. */
export function endText(texts: Texts, end: CallEnd | CallError): EndText {
  const { ended, errors } = texts;
  if (end instanceof CallError) return refusalText(texts, end);
  switch (end.reason) {
    case 'left':
      return { ...ended.left, again: ended.rejoin };
    case 'kicked':
      return { title: ended.removed, text: errors.kicked, again: ended.rejoin };
    case 'banned':
      return { title: ended.removed, text: errors.banned };
    case 'replaced':
      return ended.replaced;
    case 'room-closed':
      return end.why === 'deleted' ? ended.over : ended.idle;
    case 'connection-lost': {
      const { title, text } = ended.lost;
      const why = errorText(texts, new CallError(end.code, end.detail));
      return { title, text: end.code === 'connection_failed' ? text : why, again: ended.rejoin };
    }
    default:
      return assertNever(end);
  }
}

function refusalText(texts: Texts, error: CallError): EndText {
  const { again, titles } = texts.ended;
  const text = errorText(texts, error);
  switch (error.code) {
    case 'room_full':
      return { title: titles.roomFull, text, again };
    case 'room_closed':
      return { title: titles.roomClosed, text, again };
    case 'room_locked':
      return { title: titles.roomLocked, text, again };
    case 'lobby_denied':
      return { title: titles.notLetIn, text };
    case 'banned':
      return { title: titles.banned, text };
    case 'lobby_full':
      return { title: titles.manyWait, text, again };
    case 'token_missing':
      return { title: titles.noInvitation, text };
    case 'token_expired':
      return { title: titles.expired, text };
    case 'token_wrong_room':
      return { title: titles.otherRoom, text };
    case 'room_not_found':
      return { title: titles.noRoom, text };
    case 'server_full':
    case 'media_unavailable':
      return { title: titles.busy, text, again };
    case 'unsupported_version':
      return { title: titles.outOfDate, text };
    case 'connection_failed':
      return { title: titles.unreachable, text, again };
    default:
      return { title: titles.failed, text, again };
  }
}
