import { z } from 'zod';

// Browsers take these from `direct-socket.ts`, which brings no schemas.
export { DIRECT_PROTOCOL, directProtocols, SESSION_PATH, ticketOf } from './direct-socket.ts';

/** A node's address for clients: `wss://`, or `ws://` for trying out on one machine; no path. */
export const PublicUrl = z
  .string()
  .max(256)
  .regex(
    /^wss?:\/\/[^/\s?#]+\/?$/,
    'must be ws:// or wss:// with host and port only, for example wss://media1.example.com',
  )
  .transform((url) => url.replace(/\/$/, ''));
