import { z } from 'zod';

/** A node's address for clients: `wss://`, or `ws://` for trying out on one machine; no path. */
export const PublicUrl = z
  .string()
  .max(256)
  .regex(
    /^wss?:\/\/[^/\s?#]+\/?$/,
    'must be ws:// or wss:// with host and port only, for example wss://media1.example.com',
  )
  .transform((url) => url.replace(/\/$/, ''));
