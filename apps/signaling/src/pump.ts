import { ClientMessage, MAX_CLIENT_MESSAGE_BYTES, MAX_JOIN_BYTES } from '@parley/protocol/client-messages';
import { DecodeError, decode } from '@parley/protocol/decode';
import { ERRORS, type ErrorCode, ParleyError } from '@parley/protocol/errors';
import type { ClientOrigin } from './client-origin.ts';
import type { Environment } from './environment.ts';
import { JOIN_TIMEOUT, JOIN_TIMEOUT_MESSAGE } from './join-deadline.ts';
import { log } from './log.ts';
import { openClientSocket } from './room/open-client-socket.ts';
import { closeQuietly, closeWithError, forwardableCloseCode, sendQuietly } from './sockets.ts';

/** Most sockets of this isolate that may wait to join at once, and how many there are. */
const MAX_WAITING = 1000;
let waiting = 0;
/** Most messages before `join`. */
const MAX_ATTEMPTS = 20;
/** Most characters kept while the room's socket is being opened. */
const MAX_BACKLOG = 2 * MAX_CLIENT_MESSAGE_BYTES;

/**
 * Serves a socket on the bare `/ws`: waits for `join`, which names the room, then pumps frames between the client
 * and that Room's socket. Keeps no state of its own; the Room object behind it still hibernates.
 *
 * @param cid names the connection in logs
 * @param originIn what the Worker knows of the client, its access to that room among it
 */
export function pump(
  env: Environment,
  cid: string,
  originIn: (roomId: string) => Promise<ClientOrigin>,
): Response {
  if (waiting >= MAX_WAITING) {
    throw new ParleyError('server_busy', 'Too many sockets wait to join; try again in a moment.');
  }
  waiting += 1;
  const { 0: client, 1: outer } = new WebSocketPair();
  outer.accept();
  let inner: WebSocket | undefined;
  let opening = false;
  const backlog: string[] = [];
  let backlogSize = 0;

  const refuse = (code: ErrorCode, message: string, requestType?: string) => {
    log.debug('join refused', { cid, code, requestType });
    sendQuietly(outer, JSON.stringify({ type: 'error', code, message, requestType }));
  };
  const end = (code: ErrorCode, message: string) => {
    refuse(code, message);
    closeWithError(outer, code, message);
  };
  const deadline = setTimeout(() => end('join_timeout', JOIN_TIMEOUT_MESSAGE), JOIN_TIMEOUT);
  let waits = true;
  const doneWaiting = () => {
    clearTimeout(deadline);
    if (waits) waiting -= 1;
    waits = false;
  };
  let attempts = 0;

  async function open(roomId: string): Promise<void> {
    doneWaiting();
    opening = true;
    try {
      inner = await openRoomSocket(env, roomId, await originIn(roomId));
    } catch (error) {
      if (error instanceof ParleyError) end(error.code, error.message);
      else {
        log.warn('room not reached', { cid, roomId, error: String(error) });
        end('internal', `The room could not be reached; join again in a moment. Report ${cid} if it stays.`);
      }
      return;
    }
    inner.accept();
    inner.addEventListener('message', ({ data }) => sendQuietly(outer, data));
    inner.addEventListener('close', ({ code, reason }) =>
      closeQuietly(outer, forwardableCloseCode(code), reason),
    );
    inner.addEventListener('error', () => closeQuietly(outer, 1011, ''));
    for (const frame of backlog.splice(0)) sendQuietly(inner, frame);
    if (outer.readyState !== WebSocket.OPEN) closeQuietly(inner, 1000, '');
  }

  outer.addEventListener('message', ({ data }) => {
    if (inner !== undefined) {
      sendQuietly(inner, data);
      return;
    }
    if (data === 'ping') {
      sendQuietly(outer, 'pong');
      return;
    }
    if (opening) {
      backlogSize += typeof data === 'string' ? data.length : data.byteLength;
      if (typeof data === 'string' && backlogSize <= MAX_BACKLOG) backlog.push(data);
      else end('message_too_large', 'Wait for joined before sending more.');
      return;
    }
    attempts += 1;
    if (attempts > MAX_ATTEMPTS) {
      end('rate_limited', 'Send join, and nothing before it.');
      return;
    }
    try {
      const message = decode(ClientMessage, data, MAX_JOIN_BYTES);
      if (message.type !== 'join') {
        refuse('join_required', 'Send join first.', message.type);
        return;
      }
      backlog.push(data as string);
      void open(message.roomId);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      refuse(error.code, error.message, error.requestType);
    }
  });
  outer.addEventListener('close', ({ code, reason }) => {
    doneWaiting();
    closeQuietly(outer, forwardableCloseCode(code), '');
    if (inner !== undefined) closeQuietly(inner, forwardableCloseCode(code), reason);
  });
  outer.addEventListener('error', () => {
    doneWaiting();
    if (inner !== undefined) closeQuietly(inner, 1011, '');
  });
  return new Response(null, { status: 101, webSocket: client });
}

/** @throws {ParleyError} where the Room takes nobody now */
async function openRoomSocket(env: Environment, roomId: string, origin: ClientOrigin): Promise<WebSocket> {
  const response = await openClientSocket(env, roomId, origin);
  if (response.webSocket !== null) return response.webSocket;
  if (response.status !== ERRORS.server_busy.status) {
    throw new Error(`the Room object answered ${response.status}`);
  }
  throw new ParleyError('server_busy', 'Too many sockets wait to join this room; try again in a moment.');
}
