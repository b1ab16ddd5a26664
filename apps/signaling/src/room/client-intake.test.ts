import { expect, it } from 'vitest';
import { ClientIntake } from './client-intake.ts';

const client = {
  role: 'client',
  roomId: 'r',
  connectionId: 'c',
  openedAt: 0,
  joined: true,
  origin: {},
} as const;

it('reads nothing that comes behind a close, whoever goes on sending', () => {
  const { 1: socket } = new WebSocketPair();
  socket.accept();
  const intake = new ClientIntake();
  const text = JSON.stringify({ type: 'chat', text: 'hi' });
  expect(intake.read(socket, client, text, () => true)).toMatchObject({ type: 'chat' });
  socket.close(4429, 'Too many messages at once.');
  expect(intake.read(socket, client, text, () => true)).toBeUndefined();
});
