import { assertNever } from '@parley/client/assert-never';
import { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';

/** What the page says when there is no call (any more). */
export interface EndText {
  readonly title: string;
  readonly text: string;
  /** The button that goes back in; absent where that cannot work. */
  readonly again?: string;
}

/** Words for the end of a call, or for why it did not begin. */
export function endText(end: CallEnd | CallError): EndText {
  if (end instanceof CallError) return refusalText(end);
  switch (end.reason) {
    case 'left':
      return { title: 'You left the meeting', text: 'Camera and microphone are off.', again: 'Rejoin' };
    case 'kicked':
      return {
        title: 'You were removed',
        text: 'A moderator removed you from the meeting.',
        again: 'Rejoin',
      };
    case 'banned':
      return { title: 'You were removed', text: 'A moderator removed you, and you cannot join for now.' };
    case 'replaced':
      return {
        title: 'You joined from elsewhere',
        text: 'The meeting goes on where you joined last.',
        again: 'Go on here',
      };
    case 'room-closed':
      return end.why === 'deleted'
        ? { title: 'The meeting is over', text: 'It was closed for everybody.' }
        : {
            title: 'The room was closed',
            text: 'Nobody had been in it for a while.',
            again: 'Open it again',
          };
    case 'connection-lost':
      return {
        title: 'The connection is lost',
        text: `${sentence(end.detail)} Check the network, then rejoin: the others may still be there.`,
        again: 'Rejoin',
      };
    default:
      return assertNever(end);
  }
}

function refusalText({ code, message }: CallError): EndText {
  switch (code) {
    case 'room_full':
      return { title: 'The room is full', text: message, again: 'Try again' };
    case 'room_closed':
      return { title: 'The room was closed', text: message, again: 'Try again' };
    case 'room_locked':
      return { title: 'The room is locked', text: message, again: 'Try again' };
    case 'lobby_denied':
      return { title: 'You were not let in', text: message };
    case 'banned':
      return { title: 'You cannot join', text: message };
    case 'lobby_full':
      return { title: 'Too many people are waiting', text: message, again: 'Try again' };
    case 'token_missing':
      return { title: 'You need an invitation', text: 'This server lets in who has one. Ask for your link.' };
    case 'token_expired':
      return { title: 'Your invitation has expired', text: 'Ask whoever invited you for a new link.' };
    case 'token_wrong_room':
      return { title: 'Your invitation is for another room', text: 'Use the link as you got it.' };
    case 'room_not_found':
      return { title: 'There is no such room', text: message };
    case 'server_full':
    case 'media_unavailable':
      return { title: 'The server is busy', text: message, again: 'Try again' };
    case 'unsupported_version':
      return { title: 'This page is out of date', text: 'Reload it, then join again.' };
    case 'connection_failed':
      return { title: 'The server cannot be reached', text: message, again: 'Try again' };
    default:
      return { title: 'Joining did not work', text: message, again: 'Try again' };
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
