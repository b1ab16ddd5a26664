import type { TurnId } from '@parley/room/commands';
import type { ClientOrigin } from '../client-origin.ts';

/** What a client's socket remembers through hibernation. */
export interface ClientAttachment {
  role: 'client';
  /** The room that the socket was opened for. */
  roomId: string;
  connectionId: string;
  openedAt: number;
  joined: boolean;
  origin: ClientOrigin;
}

/** What a node's link remembers through hibernation. */
export interface LinkAttachment {
  role: 'link';
  nodeId: string;
  epoch: number;
  openedAt: number;
  /** Whether hello has come: before it the link carries nothing. */
  open: boolean;
}

/** What a recorder's link remembers through hibernation. */
export interface RecorderAttachment {
  role: 'recorder';
  turn: TurnId;
  openedAt: number;
  /** Whether hello has come: before it the link carries nothing. */
  open: boolean;
}

export type Attachment = ClientAttachment | LinkAttachment | RecorderAttachment;

/** Tag of a client's socket: finds it by connection. */
export function clientTag(connectionId: string): string {
  return `client:${connectionId}`;
}

/** Tag of a node's link: finds it by node. */
export function linkTag(nodeId: string): string {
  return `link:${nodeId}`;
}

/** Tag of a recorder's link: finds it by recorder. */
export function recorderTag(recorderId: string): string {
  return `recorder:${recorderId}`;
}

export function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}
