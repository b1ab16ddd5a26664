import { z } from 'zod';

const origin = z
  .string()
  // What would end it in a header is none of an origin's.
  .regex(/^(\*|https?:\/\/[^/\s;,'"$]+)$/, 'must be "*" or an origin such as https://meet.example.com');
const iceUrl = z
  .string()
  .regex(/^(stuns?|turns?):[^\s]+$/, 'must start with stun:, stuns:, turn: or turns: (RFC 7064, RFC 7065)');
const turnUrl = z.string().regex(/^turns?:[^\s]+$/, 'must start with turn: or turns: (RFC 7065)');
const httpUrl = z
  .string()
  .regex(/^https?:\/\/[^\s]+$/, 'must be an http:// or https:// URL, for example https://example.com/hook');
const headerName = z
  .string()
  .regex(
    /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/,
    'must be the name of an HTTP header, for example X-Auth-Token',
  );
/** What stands in metric labels, object names and `PARLEY_REGION`. */
const region = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 characters of a-z 0-9 -, for example eu-west');

/**
 * Schema of `infra/config/webrtc.yaml`. Every key acts (the table in `infra/config/README.md` says how) and may be
 * left out; an unknown key is an error.
 */
export const WebrtcConfig = z
  .strictObject({
    server: z
      .strictObject({
        /** Address the development server listens on. */
        host: z.string().min(1).default('0.0.0.0'),
        /** Port the development server listens on. */
        port: z.number().int().min(1).max(65535).default(8080),
        /** Page origins that may use the API and the sockets; `*` allows all. */
        allowed_origins: z.array(origin).min(1).default(['*']),
        /** Origins whose pages may show the page in a frame, beside its own; `*` is all. */
        frame_ancestors: z.array(origin).default([]),
      })
      .prefault({}),
    webrtc: z
      .strictObject({
        /** Handed to clients in `joined`. */
        ice_servers: z
          .array(
            z.strictObject({
              urls: z.array(iceUrl).min(1),
              username: z.string().optional(),
              credential: z.string().optional(),
            }),
          )
          .default([{ urls: ['stun:stun.l.google.com:19302'] }]),
        /**
         * TURN servers that share the secret `PARLEY_TURN_SECRET` with the edge: each join gets credentials of its own
         * (draft-uberti-behave-turn-rest-00, coturn's use-auth-secret).
         */
        turn: z
          .strictObject({
            urls: z.array(turnUrl).default([]),
            /** Seconds that credentials open allocations; a call under way lives on. */
            ttl: z.number().int().min(60).max(604_800).default(43_200),
          })
          .prefault({}),
        /** Most bit/s a participant may send. */
        max_bitrate: z.number().int().min(30_000).max(1_000_000_000).default(5_000_000),
        /**
         * bit/s below which the bandwidth estimate towards a participant does not fall, and which its browser is told not to
         * go below; 0 sets none. mediasoup itself never goes below 30 000.
         */
        min_bitrate: z.number().int().min(0).max(1_000_000_000).default(100_000),
        /** Most bit/s a participant is sent; 0 sets no bound. */
        max_receive_bitrate: z.number().int().min(0).max(1_000_000_000).default(0),
        /** bit/s where the bandwidth estimate towards a participant starts, within its bounds. */
        start_bitrate: z.number().int().min(30_000).max(1_000_000_000).default(1_000_000),
        /** bit/s where publishers' encoders are told to start, within their bounds. */
        publish_start_bitrate: z.number().int().min(30_000).max(1_000_000_000).default(2_500_000),
        /** Whether clients are told to send cameras in three layers. */
        simulcast: z.boolean().default(true),
        /** Milliseconds of jitter buffer that our SDK asks browsers to aim at (webrtc-extensions, `jitterBufferTarget`); 0 lets them choose. */
        jitter_buffer_target: z.number().int().min(0).max(4000).default(0),
        /** Most milliseconds that may be asked for; browsers have no setting for how far they go beyond. */
        jitter_buffer_max: z.number().int().min(0).max(4000).default(1000),
        /** Opus discontinuous transmission. */
        dtx: z.boolean().default(true),
        /** Opus in-band forward error correction (RFC 6716 §2.1.7). */
        fec: z.boolean().default(true),
        /** Whether lost packets are asked for again (RFC 4585 §6.2.1), audio included. */
        nack: z.boolean().default(true),
        /** Whether what is sent again of video goes on a stream of its own (RFC 4588), or in the original one. Without `nack` nothing is. */
        rtx: z.boolean().default(true),
      })
      .prefault({}),
    rooms: z
      .strictObject({
        /** Most rooms on the server. */
        max_rooms: z.number().int().min(1).default(1000),
        /** Most participants in a room. */
        max_participants: z.number().int().min(1).max(1000).default(100),
        /** Whether joining an unknown room makes it. */
        auto_create: z.boolean().default(true),
        /** Seconds after which an empty room is closed. */
        idle_timeout: z.number().int().min(1).default(3600),
      })
      .prefault({}),
    recording: z
      .strictObject({
        /** Whether rooms may be recorded. */
        enabled: z.boolean().default(true),
        /** Folder of recordings on the recorder. */
        path: z.string().min(1).default('recordings'),
        /** Container of finished recordings. */
        format: z.enum(['webm', 'mp4']).default('webm'),
        /** bit/s of composites. */
        video_bitrate: z.number().int().min(50_000).default(2_500_000),
        audio_bitrate: z.number().int().min(6_000).max(510_000).default(128_000),
        /** Whether recordings go to an S3-compatible bucket. */
        s3_upload: z.boolean().default(false),
        s3_bucket: z.string().min(1).default('recordings'),
        s3_region: z.string().min(1).default('us-east-1'),
        /** Base URL of an S3-compatible service other than Amazon's. */
        s3_endpoint: httpUrl.optional(),
        /** What the keys of all objects begin with. */
        s3_prefix: z
          .string()
          .regex(/^([A-Za-z0-9][A-Za-z0-9._-]*\/)*$/, 'must be empty, or folder names that each end with /')
          .default(''),
        /** Days after which a recording is deleted; 0 keeps all. */
        retention_days: z.number().int().min(0).max(36_500).default(0),
        /** Finishers at once on a recorder. */
        finish_parallel: z.number().int().min(1).max(64).default(1),
        /** MB that a recorder leaves free on its disk: below it takes no more recordings, below half of it the open ones go elsewhere. */
        min_free_disk: z.number().min(1).default(1024),
      })
      .prefault({}),
    performance: z
      .strictObject({
        /** mediasoup workers of a node, one thread each; absent means one a core. */
        worker_threads: z.number().int().min(1).max(256).optional(),
        /** Percent of one core that a room may use on a node. */
        max_cpu_per_room: z.number().min(1).max(100).default(100),
        /** Whether recordings are finished on the graphics processor, where there is one. */
        hardware_acceleration: z.boolean().default(true),
        /** MB that a room may use on a node. */
        max_memory_per_room: z.number().min(1).default(512),
        /** MB that a node's processes may use together. */
        max_memory_total: z.number().min(64).default(8192),
        /** Seconds between looks for what was left behind on a node. */
        garbage_collection_interval: z.number().int().min(1).max(3600).default(60),
      })
      .prefault({}),
    security: z
      .strictObject({
        /** Whether the API and joining need an access token. */
        require_auth: z.boolean().default(false),
        /** Header that may carry it, beside `Authorization: Bearer`. */
        auth_token_header: headerName.default('X-Auth-Token'),
        /** Where the public keys of your token issuer are (RFC 7517), beside the API keys. */
        jwks_url: httpUrl.optional(),
        /** What tokens of that issuer must have as `iss` and `aud` (RFC 7519 §4.1.1, §4.1.3); absent ones are not looked at. */
        jwks_issuer: z.string().min(1).max(256).optional(),
        jwks_audience: z.string().min(1).max(256).optional(),
        rate_limit: z
          .strictObject({
            enabled: z.boolean().default(true),
            /** Rooms that one address may have opened, IPv6 counted by /64. */
            max_rooms_per_ip: z.number().int().min(1).default(10),
            /** Participants that may be there from one address. */
            max_participants_per_ip: z.number().int().min(1).default(50),
            /** API requests and new sockets of one address in a minute. */
            requests_per_minute: z.number().int().min(1).default(600),
          })
          .prefault({}),
      })
      .prefault({}),
    webhooks: z
      .strictObject({
        /** Where events are posted, in order per room; each gets all. */
        urls: z.array(httpUrl).max(8).default([]),
      })
      .prefault({}),
    residency: z
      .strictObject({
        /** Regions whose nodes serve rooms that are pinned to a jurisdiction, the first by default. */
        eu: z.array(region).default([]),
        fedramp: z.array(region).default([]),
        /** Further regions, whose nodes serve rooms that are pinned to them and to no jurisdiction. */
        anywhere: z.array(region).default([]),
      })
      .prefault({}),
  })
  .superRefine(({ webrtc, residency }, context) => {
    const {
      min_bitrate: least,
      max_bitrate: most,
      max_receive_bitrate: mostReceived,
      jitter_buffer_target: target,
      jitter_buffer_max: limit,
    } = webrtc;
    if (least > 0 && least < 30_000) {
      context.addIssue({
        code: 'custom',
        path: ['webrtc', 'min_bitrate'],
        message: `must be 0, for none, or 30000 or more, for example 100000: the media node goes no lower by itself`,
      });
    }
    if (least > most) {
      context.addIssue({
        code: 'custom',
        path: ['webrtc', 'min_bitrate'],
        params: { other: ['webrtc', 'max_bitrate'] },
        message: `is ${least}; must not be above webrtc.max_bitrate, which is ${most}: lower the one or raise the other`,
      });
    }
    if (mostReceived > 0 && mostReceived < Math.max(30_000, least)) {
      context.addIssue({
        code: 'custom',
        path: ['webrtc', 'max_receive_bitrate'],
        params: { other: ['webrtc', 'min_bitrate'] },
        message: `is ${mostReceived}; must be 0, for none, or ${Math.max(30_000, least)} or more: not below webrtc.min_bitrate, nor below what the media node goes down to`,
      });
    }
    if (target > limit) {
      context.addIssue({
        code: 'custom',
        path: ['webrtc', 'jitter_buffer_target'],
        params: { other: ['webrtc', 'jitter_buffer_max'] },
        message: `is ${target}; must not be above webrtc.jitter_buffer_max, which is ${limit}: lower the one or raise the other`,
      });
    }
    // A region's Fleet object, which learns of its rooms, is in one jurisdiction.
    const shared = residency.fedramp.find((one) => residency.eu.includes(one));
    if (shared !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['residency', 'fedramp'],
        params: { other: ['residency', 'eu'] },
        message: `region ${shared} is in residency.eu already; name it in one of them`,
      });
    }
  });
export type WebrtcConfig = z.infer<typeof WebrtcConfig>;
