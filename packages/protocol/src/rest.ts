import { z } from 'zod';
import { Identity } from './access-token.ts';
import { ErrorCode } from './errors.ts';
import { Grants, GrantsChange } from './grants.ts';
import { OpaqueId, ParticipantName, RoomId } from './identifiers.ts';
import { Ban, LobbyGuest, ModeratedBy } from './moderation.ts';
import { TimeSpan, TrackGap } from './recording/manifest.ts';
import { RecordingFile } from './recording/recorder-api.ts';
import { RecordedParticipant } from './recording/recorder-link.ts';
import { RecordingOptions, RequestedRecording } from './recording/recording-options.ts';
import { Jurisdiction } from './residency.ts';
import { RoomMediaOptions } from './room-media.ts';
import { ActiveRecording, DurableEvent, RoomMetadata } from './server-messages.ts';
import { RoomMediaStats } from './stats.ts';
import { Participant } from './track.ts';

/** The region whose nodes serve a room. */
export const Region = z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 characters of a-z 0-9 -');

/** What can be said of a room when it is made, and changed later. */
const settings = {
  name: ParticipantName.optional(),
  maxParticipants: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("At most the server's `rooms.max_participants`."),
  metadata: RoomMetadata.optional(),
  locked: z.boolean().optional().describe('Whether it lets in nobody new but who moderates.'),
  lobby: z
    .boolean()
    .optional()
    .describe('Whether whoever comes waits until somebody who moderates admits it.'),
  autoRecord: RequestedRecording.optional().describe('Records the room whenever somebody is in it.'),
  media: RoomMediaOptions.optional().describe(
    'All of its media options: what is absent is as the server has it.',
  ),
};

/** Body of `POST /api/rooms`. */
export const CreateRoomRequest = z
  .object({
    id: RoomId.optional().describe(
      'The id to give the room; one is made when absent. That of a room with a jurisdiction begins with it: `eu~standup`.',
    ),
    ...settings,
    region: Region.optional(),
    jurisdiction: Jurisdiction.optional(),
  })
  .meta({ id: 'CreateRoomRequest' });
export type CreateRoomRequest = z.infer<typeof CreateRoomRequest>;

/** Body of `PATCH /api/rooms/:id`: what is absent stays. */
export const UpdateRoomRequest = z
  .object({
    ...settings,
    autoRecord: settings.autoRecord
      .nullable()
      .describe('Records the room whenever somebody is in it; `null`: no longer.'),
  })
  .meta({ id: 'UpdateRoomRequest' });
export type UpdateRoomRequest = z.infer<typeof UpdateRoomRequest>;

/** A room in lists. */
export const RoomSummary = z
  .object({
    id: RoomId,
    name: z.string(),
    maxParticipants: z.number().int(),
    participantCount: z.number().int(),
    createdAt: z.number().describe('Milliseconds since the epoch.'),
  })
  .meta({ id: 'RoomSummary' });
export type RoomSummary = z.infer<typeof RoomSummary>;

/** Most rooms in one page of a list. */
export const MAX_PAGE = 1000;

/** Query of `GET /api/rooms`. */
export const RoomListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).optional(),
  cursor: z.string().min(1).max(256).optional().describe('`nextCursor` of the page before.'),
  prefix: z.string().min(1).max(64).optional().describe('Only rooms whose id begins with this.'),
  name: z.string().min(1).max(100).optional().describe('Only rooms whose name contains this, in any case.'),
  active: z
    .enum(['true', 'false'])
    .optional()
    .describe('Only rooms that somebody is in, or that nobody is in.'),
});
export type RoomListQuery = z.infer<typeof RoomListQuery>;

/** Body of `GET /api/rooms`, newest first. Lists trail the rooms by a moment. */
export const RoomList = z.object({
  rooms: z.array(RoomSummary),
  nextCursor: z.string().optional().describe('Where the next page begins; absent on the last.'),
});
export type RoomList = z.infer<typeof RoomList>;

/** Body of `GET /api/rooms/:id`. */
export const RoomDetails = RoomSummary.extend({
  metadata: RoomMetadata,
  locked: z.boolean(),
  lobby: z.boolean(),
  media: RoomMediaOptions,
  autoRecord: RecordingOptions.optional(),
  recording: ActiveRecording.optional().describe('Present while the room is recorded.'),
  region: Region.optional(),
  jurisdiction: Jurisdiction.optional(),
  participants: z.array(Participant),
}).meta({ id: 'RoomDetails' });
export type RoomDetails = z.infer<typeof RoomDetails>;

/** A participant as the API shows it. */
export const ParticipantDetails = Participant.extend({ grants: Grants }).meta({ id: 'ParticipantDetails' });
export type ParticipantDetails = z.infer<typeof ParticipantDetails>;

/** Body of `GET /api/rooms/:id/participants`. */
export const ParticipantList = z.object({ participants: z.array(ParticipantDetails) });
export type ParticipantList = z.infer<typeof ParticipantList>;

/** Body of `PATCH /api/rooms/:id/participants/:participantId`. */
export const UpdateParticipantRequest = z.object({
  name: ParticipantName.optional(),
  grants: GrantsChange.optional(),
});
export type UpdateParticipantRequest = z.infer<typeof UpdateParticipantRequest>;

/** Body of `GET /api/rooms/:id/lobby` and `GET /api/rooms/:id/bans`. */
export const LobbyList = z.object({ waiting: z.array(LobbyGuest) });
export type LobbyList = z.infer<typeof LobbyList>;
export const BanList = z.object({ bans: z.array(Ban) });
export type BanList = z.infer<typeof BanList>;

/** Most events in one answer. */
export const MAX_EVENTS = 200;

/** Query of `GET /api/rooms/:id/events`. */
export const EventListQuery = z.object({
  // The document would say that it may be null, which is coerced to 0.
  after: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Only events with a higher seq.', type: 'integer' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_EVENTS)
    .optional()
    .describe('Most events to answer; 200 without it.'),
});

/** Body of `GET /api/rooms/:id/events`: of the latest 1000 durable events, the first after `after`, oldest first. */
export const EventList = z.object({
  events: z.array(DurableEvent),
  nextAfter: z
    .number()
    .int()
    .optional()
    .describe('What to ask for as after to get more; absent when there is none.'),
});
export type EventList = z.infer<typeof EventList>;

/** Longest life of a token that the API makes, seconds. */
export const MAX_TOKEN_TTL_SECONDS = 24 * 60 * 60;

/** Body of `POST /api/tokens`: an access token for a participant, signed with the caller's API key. */
export const CreateTokenRequest = z.object({
  identity: Identity,
  name: ParticipantName.optional(),
  room: z.union([RoomId, z.literal('*')]).describe('`*` for any.'),
  grants: GrantsChange.optional(),
  ttlSeconds: z.number().int().min(1).max(MAX_TOKEN_TTL_SECONDS).optional(),
});
export type CreateTokenRequest = z.infer<typeof CreateTokenRequest>;

export const CreateTokenResponse = z.object({
  token: z.string(),
  expiresAt: z.number().describe('Milliseconds since the epoch.'),
});
export type CreateTokenResponse = z.infer<typeof CreateTokenResponse>;

/** A file of a recording that can be fetched. */
export const RecordingFileDetails = RecordingFile.omit({ file: true, sha256: true }).extend({
  id: z.string().describe('What `GET /api/recordings/:id/media?file=` takes.'),
  participantName: ParticipantName.optional(),
  url: z.string().describe('Where to fetch it, with ranges, for an hour: it is signed.'),
  downloadUrl: z.string().describe('The same as a download with a name.'),
});
export type RecordingFileDetails = z.infer<typeof RecordingFileDetails>;

/** Where nothing was recorded though it should have been. */
export const RecordingGap = TimeSpan.extend({
  participantId: OpaqueId.optional(),
  reason: TrackGap.shape.reason.exclude(['muted']),
});
export type RecordingGap = z.infer<typeof RecordingGap>;

/** A recording, of a room or of what is left of one. */
export const Recording = z
  .object({
    id: OpaqueId,
    roomId: RoomId,
    status: z
      .enum(['starting', 'recording', 'finishing', 'finished', 'failed'])
      .describe('`finishing`: it has stopped and files are being made of it.'),
    options: RecordingOptions,
    startedAt: z.number().describe('Milliseconds since the epoch.'),
    stoppedAt: z.number().optional(),
    startedBy: ModeratedBy.optional().describe('Absent when the room started it by itself.'),
    progress: z.number().min(0).max(1).optional().describe('While it is being finished.'),
    bytes: z.number().int().describe('Of what was recorded and is kept.'),
    participants: z.array(RecordedParticipant),
    gaps: z.array(RecordingGap),
    files: z.array(RecordingFileDetails).describe('Empty until it is finished.'),
    error: z.object({ code: ErrorCode, message: z.string() }).optional().describe('Why it failed.'),
    deletesAt: z.number().optional().describe('When it will be deleted.'),
  })
  .meta({ id: 'Recording' });
export type Recording = z.infer<typeof Recording>;

/** A recording in lists: without its files and participants. */
export const RecordingSummary = Recording.pick({
  id: true,
  roomId: true,
  status: true,
  startedAt: true,
  stoppedAt: true,
  progress: true,
  bytes: true,
}).meta({ id: 'RecordingSummary' });
export type RecordingSummary = z.infer<typeof RecordingSummary>;

/** Query of `GET /api/recordings` and `GET /api/rooms/:id/recordings`. */
export const RecordingListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).optional(),
  cursor: z.string().min(1).max(256).optional().describe('`nextCursor` of the page before.'),
});
export type RecordingListQuery = z.infer<typeof RecordingListQuery>;

/** Body of both, newest first. */
export const RecordingList = z.object({
  recordings: z.array(RecordingSummary),
  nextCursor: z.string().optional().describe('Where the next page begins; absent on the last.'),
});
export type RecordingList = z.infer<typeof RecordingList>;

/** Query of `GET /api/rooms/:id/stats`. */
export const RoomStatsQuery = z.object({
  history: z.enum(['true', 'false']).optional().describe('Whether the last minutes are wanted as well.'),
  participantId: OpaqueId.optional().describe(
    'Only the history of what this participant publishes and receives.',
  ),
});
export type RoomStatsQuery = z.infer<typeof RoomStatsQuery>;

/** Body of `GET /api/rooms/:id/stats`: measured on the nodes when asked. */
export const RoomStats = RoomMediaStats.extend({
  roomId: RoomId,
  participantCount: z.number().int(),
  trackCount: z.object({ audio: z.number().int(), video: z.number().int() }),
  bitrate: z
    .object({ received: z.number(), sent: z.number() })
    .describe('bit/s that the nodes receive from and send to the room.'),
  packetLossRate: z
    .number()
    .describe(
      'Share of packets lost on the way to the nodes in the last report interval, 0–1, mean over streams.',
    ),
  jitterMs: z.number().describe('Mean over streams.'),
});
export type RoomStats = z.infer<typeof RoomStats>;

/** Body of `GET /health`. */
export const Health = z.object({
  status: z.enum(['healthy', 'degraded']),
  rooms: z.number().int(),
  participants: z.number().int(),
  config: z.object({ max_rooms: z.number().int(), max_participants_per_room: z.number().int() }),
});
export type Health = z.infer<typeof Health>;
