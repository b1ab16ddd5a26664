import { CallError } from '@parley/client/call-error';
import { expect, it } from 'vitest';
import { endText } from './end-text.ts';

it('offers the way back where there is one', () => {
  expect(endText({ reason: 'left' }).again).toBe('Rejoin');
  expect(endText({ reason: 'room-closed', why: 'deleted' }).again).toBeUndefined();
  expect(endText({ reason: 'room-closed', why: 'idle' }).again).toBeDefined();
  expect(endText({ reason: 'connection-lost', detail: 'The server stopped answering.' })).toMatchObject({
    text: expect.stringContaining('stopped answering. Check the network'),
    again: 'Rejoin',
  });
});

it('says what a moderator decided', () => {
  expect(endText({ reason: 'kicked' })).toMatchObject({ title: 'You were removed', again: 'Rejoin' });
  expect(endText({ reason: 'banned' }).again).toBeUndefined();
  expect(endText(new CallError('lobby_denied', 'No.')).title).toBe('You were not let in');
  expect(endText(new CallError('room_locked', 'Locked.'))).toMatchObject({
    text: 'Locked.',
    again: 'Try again',
  });
});

it('passes on what the server says', () => {
  const full = new CallError('room_full', 'The room holds 2; try again when somebody has left.');
  expect(endText(full)).toEqual({ title: 'The room is full', text: full.message, again: 'Try again' });
  expect(endText(new CallError('origin_not_allowed', 'Not from here.')).text).toBe('Not from here.');
});
