import type { CarrierKind, Join, SessionRequest } from '@parley/protocol/client-messages';
import type { Grants } from '@parley/protocol/grants';
import type { MediaState } from '@parley/protocol/link-messages';
import type { Ban } from '@parley/protocol/moderation';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { Jurisdiction } from '@parley/protocol/residency';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import type { RoomMetadata } from '@parley/protocol/server-messages';
import type { Track } from '@parley/protocol/track';
import type { RecordingLedger, RecordingState } from './recording-state.ts';

/** Version of the stored shape of {@link RoomState}; a change of shape needs a new number and a migration. */
export const STATE_VERSION = 5;

/** What a room was made with. Durations in milliseconds. */
export interface RoomSettings {
  name: string;
  maxParticipants: number;
  /** An empty room is closed after this time. */
  idleTimeout: number;
  /** Whether it lets in nobody new but who moderates. */
  locked: boolean;
  /** Whether whoever comes without the grant to moderate waits to be admitted. */
  lobby: boolean;
  metadata: RoomMetadata;
  /** Whose nodes serve it. Absent in rooms that versions before made: the server's own. */
  region?: string;
  jurisdiction?: Jurisdiction;
  /** Absent where nothing was said. */
  media?: RoomMediaOptions;
  /** Set where the room is recorded whenever somebody is in it. */
  autoRecord?: RecordingOptions;
}

/** Times of the room's rules, milliseconds. */
export const TIMES = {
  /** How long a participant that can come back is kept without a socket and without media. */
  resumeGrace: 20_000,
  /** How long a participant without a socket is kept while no node can tell whether its media flows. */
  unknownGrace: 30_000,
  /** How long a node may take, after its link has opened, to tell again whose media flows. */
  retell: 5_000,
  /** After how long without media a client that does not recover by itself is told to join again. */
  mediaLost: 120_000,
  /** How long such a client has to connect to another session after its own was lost. */
  probation: 30_000,
  /** First and longest pause before a session that ended is opened again; the first try comes at once. */
  reopenFirst: 1_000,
  reopenMost: 15_000,
  /** The same where the node has refused a session because the room is too much for it: load does not pass in a second. */
  overloadedFirst: 5_000,
  overloadedMost: 60_000,
  /** How long the Fleet may take to place the room before it is asked again. */
  placement: 10_000,
  /** How long an assigned node may take to open its link. */
  linkOpen: 10_000,
  /** How long after its link was lost the Fleet is asked whether a node lives; later, ever more seldom, up to the longest pause. */
  nodeCheck: 800,
  nodeCheckMost: 10_000,
  /** How long a node may be without its link before the room is placed anew, where the Fleet does not know whether it lives. */
  linkLost: 20_000,
  /**
   * The same where the Fleet says that it lives: after an outage of the edge a thousand links come back at once, and not each
   * at its first try, while media flows on.
   */
  liveLinkLost: 90_000,
  /** After how long an empty room gives its node back. */
  release: 30_000,
  /**
   * How often an open room is woken to look after itself: sockets that went with a deploy report to nobody. Rare
   * enough to cost nothing; a distant alarm keeps no object awake.
   */
  sweep: 10 * 60_000,
  /** The same while somebody's media is lost: a socket that went with the network reports to nobody either. */
  suspectSweep: 60_000,
  /** First and longest pause between failed placements. */
  retryFirst: 1_000,
  retryMost: 15_000,
} as const;

/** How many of the latest durable events a room keeps; whoever missed more gets the whole state. */
export const LOG_LENGTH = 1000;

/** Most session requests kept for a participant until its node is there. */
export const MAX_PENDING_REQUESTS = 4;
/**
 * Most characters of JSON kept of such requests, of all participants together: a stored value may have 2 MB, and
 * takes two bytes a character.
 */
export const MAX_PENDING_LENGTH = 256 * 1024;

/** Most who may wait in the lobby at once. */
export const MAX_LOBBY = 100;
/** Most bans that a room keeps; the one that ends first goes. */
export const MAX_BANS = 300;

/** What an access token, or its absence, says of whoever joins. */
export interface Access {
  /** Who it is; another with the same identity is its older self. */
  identity?: string;
  /** Shown instead of what the client says. */
  name?: string;
  grants: Grants;
}

/** Who waits in the lobby: what becomes a participant once it is admitted. */
export interface LobbyEntry {
  participantId: string;
  connectionId: string;
  request: Join;
  access: Access;
  address?: string;
  /** See {@link ParticipantState.cid}. */
  cid?: string;
  since: number;
}

/** Who may not come back: an identity, or an address. */
export interface BanState extends Ban {
  address?: string;
}

/** A participant, present or vanished a moment ago. */
export interface ParticipantState {
  participantId: string;
  name: string;
  /** Set where the name is of its access token, or a moderator's choice: it is not the participant's to change. */
  nameGiven?: true;
  /** Of its access token, where it has one. */
  identity?: string;
  /** Where it came from, as limits and bans count it: an IPv4 address, or the /64 of an IPv6 one. Shown to nobody. */
  address?: string;
  /** Names its stay in logs, here and on nodes: what its first connection was called. */
  cid?: string;
  joinedAt: number;
  /** The socket it joined over; absent when that is gone. */
  connectionId?: string;
  /** Since when it has no socket. */
  vanishedAt?: number;
  /** SHA-256 of the secret with which it comes back. */
  resumeHash: string;
  grants: Grants;
  /** Set where the grants have changed since it joined: a ticket, or what it was told, may say otherwise. */
  regranted?: true;
  requestOffers: boolean;
  /** Set where it receives nothing until it asks. */
  autoSubscribe?: false;
  /** See `Join.recovers` and `Join.direct`. */
  recovers: boolean;
  direct: boolean;
  /** Its home node, while a session is open there. */
  nodeId?: string;
  /** Number of its latest session; 0 before the first. */
  session: number;
  /** The way to that session. */
  carrier: CarrierKind;
  /** Set where it wants to know the way to its session, and its node was out of reach. */
  awaitsWay?: true;
  media: MediaState | 'none';
  /** Since when `media` is what it is. */
  mediaSince: number;
  /** Sessions that ended by themselves since media was last connected. */
  failures: number;
  /** When the next session is opened after one has ended. */
  reopenAt?: number;
  /** Set where the latest session was refused because the room is too much for its node. */
  overloaded?: true;
  /** Whether it has answered an offer: it has a PeerConnection that receives. */
  receives: boolean;
  /** Set for a client that does not recover while it is to show that its PeerConnection survived a lost session. */
  onProbation?: true;
  tracks: Track[];
  /** Requests that wait for the session. */
  pending: SessionRequest[];
}

/** One node's duty to serve the room. The epoch belongs to the (room, node) pair and fences older ones. */
export interface Assignment {
  nodeId: string;
  epoch: number;
  /** `assigned`: told, no link yet. `linked`: its link is open. `unlinked`: the link was lost. */
  state: 'assigned' | 'linked' | 'unlinked';
  /** Since when it is in this state. */
  since: number;
  /** What its hello said. */
  incarnation?: string;
  publicUrl?: string;
  /** When the Fleet is asked whether the node lives. */
  checkAt?: number;
  /** Whether it said so when it was asked last. */
  live?: boolean;
}

/** Whether a node is being looked for. */
export type Placement =
  | { state: 'none' }
  | { state: 'asking'; since: number; attempt: number }
  | { state: 'waiting'; until: number; attempt: number };

/** All there is to know about a room; plain data that is stored as it is. */
export interface RoomState {
  version: typeof STATE_VERSION;
  roomId: string;
  settings: RoomSettings;
  createdAt: number;
  /** Of the request that made it, where that may be repeated. */
  fingerprint?: string;
  /** The address that opened it, where the number of its rooms is limited. Shown to nobody. */
  openedFrom?: string;
  phase: 'open' | 'closed';
  /** Since when nobody is in the room, nor has waited to be admitted. */
  emptySince?: number;
  participants: Record<string, ParticipantState>;
  /** By participant id, oldest first. */
  lobby: Record<string, LobbyEntry>;
  bans: Record<string, BanState>;
  assignments: Record<string, Assignment>;
  /** The highest epoch given out. Starts at the creation time so that a room made anew never repeats one. */
  lastEpoch: number;
  /** `seq` of the latest durable event. */
  lastSeq: number;
  placement: Placement;
  recording?: RecordingState;
  recordings: RecordingLedger;
  /** Whether participants were told that no node is there. */
  toldNoNode: boolean;
  /** When the room last looked after itself. */
  sweptAt: number;
}

/** A new, empty room. */
export function createRoom(roomId: string, settings: RoomSettings, now: number): RoomState {
  return {
    version: STATE_VERSION,
    roomId,
    settings,
    createdAt: now,
    phase: 'open',
    emptySince: now,
    participants: {},
    lobby: {},
    bans: {},
    assignments: {},
    lastEpoch: now,
    lastSeq: 0,
    placement: { state: 'none' },
    recordings: { untold: [], lastNews: 0 },
    toldNoNode: false,
    sweptAt: now,
  };
}
