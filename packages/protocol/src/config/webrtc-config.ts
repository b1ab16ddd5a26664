import { z } from 'zod';

const origin = z
  .string()
  .regex(/^(\*|https?:\/\/[^/\s]+)$/, 'must be "*" or an origin such as https://meet.example.com');
const iceUrl = z
  .string()
  .regex(/^(stuns?|turns?):[^\s]+$/, 'must start with stun:, stuns:, turn: or turns: (RFC 7064, RFC 7065)');

/** Schema of `infra/config/webrtc.yaml`. Every key acts; an unknown key is an error. */
export const WebrtcConfig = z.strictObject({
  server: z.strictObject({
    /** Address the development server listens on. */
    host: z.string().min(1),
    /** Port the development server listens on. */
    port: z.number().int().min(1).max(65535),
    /** Page origins that may use the API and the sockets; `*` allows all. */
    allowed_origins: z.array(origin).min(1),
  }),
  webrtc: z.strictObject({
    /** Handed to clients in `joined`. */
    ice_servers: z.array(
      z.strictObject({
        urls: z.array(iceUrl).min(1),
        username: z.string().optional(),
        credential: z.string().optional(),
      }),
    ),
    /** Most bit/s a participant may send. */
    max_bitrate: z.number().int().min(30_000),
    /** Whether clients are told to send cameras in three layers. */
    simulcast: z.boolean(),
    /** Opus discontinuous transmission. */
    dtx: z.boolean(),
    /** Opus in-band forward error correction (RFC 6716 §2.1.7). */
    fec: z.boolean(),
  }),
  rooms: z.strictObject({
    /** Most rooms on the server. */
    max_rooms: z.number().int().min(1),
    /** Most participants in a room. */
    max_participants: z.number().int().min(1).max(1000),
    /** Whether joining an unknown room makes it. */
    auto_create: z.boolean(),
    /** Seconds after which an empty room is closed. */
    idle_timeout: z.number().int().min(1),
  }),
});
export type WebrtcConfig = z.infer<typeof WebrtcConfig>;
