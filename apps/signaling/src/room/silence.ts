import { attachmentOf } from './attachments.ts';

/** A link whose node or recorder has not pinged for this long, ms, a ping and a half, is gone. One that was only slow opens another at once. */
export const LINK_SILENCE = 30_000;

/** Whether a socket that should be pinged on has been silent. Before the first ping is due, silence means nothing. */
export function isSilent(ctx: DurableObjectState, socket: WebSocket, within: number, now: number): boolean {
  return now >= attachmentOf(socket).openedAt + within && !hasPinged(ctx, socket, within, now);
}

/** Whether a ping came within some milliseconds before a time. */
export function hasPinged(ctx: DurableObjectState, socket: WebSocket, within: number, now: number): boolean {
  const at = ctx.getWebSocketAutoResponseTimestamp(socket);
  return at !== null && at.getTime() > now - within;
}
