import { z } from 'zod';
import { ParticipantName, RoomId } from './identifiers.ts';
import { RoomMediaStats } from './stats.ts';
import { Participant } from './track.ts';

/** Body of `POST /api/rooms`. */
export const CreateRoomRequest = z.object({
  /** The id to give the room; one is made when absent. */
  id: RoomId.optional(),
  name: ParticipantName.optional(),
  /** At most the server's `rooms.max_participants`. */
  maxParticipants: z.number().int().min(1).optional(),
});
export type CreateRoomRequest = z.infer<typeof CreateRoomRequest>;

/** A room in lists. */
export const RoomSummary = z.object({
  id: RoomId,
  name: z.string(),
  maxParticipants: z.number().int(),
  participantCount: z.number().int(),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
});
export type RoomSummary = z.infer<typeof RoomSummary>;

/** Body of `GET /api/rooms`. Counts in lists trail the rooms by a moment. */
export const RoomList = z.object({ rooms: z.array(RoomSummary) });
export type RoomList = z.infer<typeof RoomList>;

/** Body of `GET /api/rooms/:id`. */
export const RoomDetails = RoomSummary.extend({ participants: z.array(Participant) });
export type RoomDetails = z.infer<typeof RoomDetails>;

/** Body of `GET /api/rooms/:id/stats`: measured on the nodes when asked. */
export const RoomStats = RoomMediaStats.extend({
  roomId: RoomId,
  participantCount: z.number().int(),
  trackCount: z.object({ audio: z.number().int(), video: z.number().int() }),
  /** bit/s that the nodes receive from and send to the room. */
  bitrate: z.object({ received: z.number(), sent: z.number() }),
  /** Share of packets lost on the way to the nodes in the last report interval, 0–1, mean over streams. */
  packetLossRate: z.number(),
  /** Mean over streams. */
  jitterMs: z.number(),
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
