import { CallError } from '@parley/client/call-error';
import { expect, it } from 'vitest';
import { de } from '../i18n/de.ts';
import { en } from '../i18n/en.ts';
import { endText } from './end-text.ts';

it('offers the way back where there is one', () => {
  expect(endText(en, { reason: 'left' }).again).toBe('Rejoin');
  expect(endText(en, { reason: 'room-closed', why: 'deleted' }).again).toBeUndefined();
  expect(endText(en, { reason: 'room-closed', why: 'idle' }).again).toBeDefined();
  const detail = 'The server stopped answering.';
  expect(endText(en, { reason: 'connection-lost', code: 'connection_failed', detail })).toMatchObject({
    text: expect.stringContaining('Check the network, then rejoin'),
    again: 'Rejoin',
  });
});

it('says what a moderator decided', () => {
  expect(endText(en, { reason: 'kicked' })).toMatchObject({ title: 'You were removed', again: 'Rejoin' });
  expect(endText(en, { reason: 'banned' }).again).toBeUndefined();
  expect(endText(en, new CallError('lobby_denied', 'No.')).title).toBe('You were not let in');
  expect(endText(en, new CallError('room_locked', 'Locked.'))).toMatchObject({
    text: expect.stringContaining('unlock'),
    again: 'Try again',
  });
});

it('has its own words for what the server says, in the page’s language, and else passes it on', () => {
  const full = new CallError('room_full', 'The room holds 2; try again when somebody has left.');
  expect(endText(de, full)).toEqual({
    title: 'Der Raum ist voll',
    text: expect.stringContaining('wenn jemand gegangen ist'),
    again: 'Noch einmal versuchen',
  });
  expect(endText(de, new CallError('invalid_message', 'name: too long')).text).toBe('name: too long');
  const lost = { reason: 'connection-lost', code: 'room_locked', detail: 'Locked.' } as const;
  expect(endText(en, lost).text).toBe(en.errors.room_locked);
});
