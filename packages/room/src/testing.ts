import type { Join } from '@parley/protocol/client-messages';
import { type Grants, openGrants } from '@parley/protocol/grants';
import type { LinkSession } from '@parley/protocol/link-messages';
import type { ModerationAction } from '@parley/protocol/moderation';
import type { DurableEvent } from '@parley/protocol/server-messages';
import type { Track } from '@parley/protocol/track';
import { apply } from './apply.ts';
import type { Command, LinkReport, MemberMessage, ResumeKey } from './commands.ts';
import type { Effect, JoinedByRoom, LoggedEvent } from './effects.ts';
import { type Access, createRoom, type RoomSettings, type RoomState } from './state.ts';

type WithoutWho<R> = R extends LinkReport ? Omit<R, 'participantId' | 'session'> : never;
/** A report but for whom it is about. */
export type ReportAbout = WithoutWho<LinkReport>;

/** A room driven by hand in tests: keeps the state and the time, gives back the effects. */
export class TestRoom {
  state: RoomState;
  now = 1_000_000;

  constructor(settings: Partial<RoomSettings> = {}) {
    this.state = createRoom(
      'room-1',
      {
        name: 'Room',
        maxParticipants: 4,
        idleTimeout: 3_600_000,
        locked: false,
        lobby: false,
        metadata: {},
        ...settings,
      },
      this.now,
    );
  }

  /** Everything that was logged. */
  readonly log: LoggedEvent[] = [];

  do(command: Command, after = 0): Effect[] {
    this.now += after;
    const before = JSON.stringify(this.state);
    const { state, events, effects } = apply(this.state, command, this.now);
    this.log.push(...events);
    if (JSON.stringify(this.state) !== before) throw new Error(`apply changed its argument: ${command.type}`);
    this.state = state;
    return effects;
  }

  join(name: string, request: Partial<Join> = {}): Effect[] {
    return this.do(joinCommand(name, `c-${name}`, request));
  }

  /** Somebody comes with an access token, or from an address. */
  joinAs(name: string, access: Partial<Access>, address?: string): Effect[] {
    const { grants = GRANTS, ...who } = access;
    const from = address !== undefined && { address };
    return this.do({ ...joinCommand(name, `c-${name}`), access: { ...who, grants }, ...from });
  }

  /** A participant asks for something that a moderator may; `admitted` are those whom it may let in, in their order. */
  moderate(name: string, request: ModerationAction, admitted: string[] = []): Effect[] {
    return this.do({
      type: 'client-message',
      connectionId: `c-${name}`,
      message: { type: 'moderate', request },
      resumeKeys: admitted.map(resumeKey),
    });
  }

  /** Places the room on a node and opens its link; returns the epoch. */
  link(nodeId = 'node-1'): number {
    this.do({ type: 'placed', nodeId });
    const epoch = this.state.lastEpoch;
    this.open(nodeId);
    return epoch;
  }

  /** Opens the link of an assigned node. */
  open(nodeId = 'node-1', sessions: LinkSession[] = [], publicUrl?: string): Effect[] {
    const epoch = this.state.assignments[nodeId]?.epoch ?? 0;
    const incarnation = 'first';
    return this.do({
      type: 'link-opened',
      nodeId,
      epoch,
      sessions,
      incarnation,
      ...(publicUrl !== undefined && { publicUrl }),
    });
  }

  /** Loses the link of a node. */
  unlink(nodeId = 'node-1', stopped = false): Effect[] {
    const epoch = this.state.assignments[nodeId]?.epoch ?? 0;
    return this.do({ type: 'link-closed', nodeId, epoch, stopped });
  }

  /** The participant's node reports about its session. */
  report(name: string, report: ReportAbout): Effect[] {
    const { nodeId = 'node-1', session = 0 } = this.state.participants[`p-${name}`] ?? {};
    const epoch = this.state.assignments[nodeId]?.epoch ?? 0;
    const whole = { ...report, participantId: `p-${name}`, session };
    return this.do({ type: 'link-report', nodeId, epoch, report: whole });
  }

  /** A participant's client says something. */
  say(name: string, message: MemberMessage): Effect[] {
    return this.do({ type: 'client-message', connectionId: `c-${name}`, message });
  }

  /** What the replay effect stands for. */
  replay({ participantId, after, upTo }: Extract<Effect, { type: 'replay' }>): DurableEvent[] {
    return this.log
      .filter(({ event, except }) => event.seq > after && event.seq <= upTo && except !== participantId)
      .map(({ event }) => event);
  }
}

const GRANTS = openGrants(5_000_000);
/** The grants of whoever moderates. */
export const MODERATOR: Grants = { ...GRANTS, moderate: true };

/** The key with which `p-NAME` comes back. */
export function resumeKey(name: string): ResumeKey {
  return { resumeSecret: `secret-${name}`, resumeHash: `hash of secret-${name}` };
}

/** A join of `p-NAME` over a connection; it comes back with the secret `secret-NAME`. */
export function joinCommand(
  name: string,
  connectionId: string,
  request: Partial<Join> = {},
): Extract<Command, { type: 'join' }> {
  const { resume } = request;
  return {
    type: 'join',
    connectionId,
    participantId: `p-${name}`,
    resumeKey: resumeKey(name),
    access: { grants: GRANTS },
    ...(resume && { shownHash: `hash of ${resume.secret}` }),
    request: { type: 'join', roomId: 'room-1', participantName: name, ...request },
  };
}

/** The messages that went to a connection. */
export function sentTo(
  effects: Effect[],
  connectionId: string,
): (Extract<Effect, { type: 'send' }>['message'] | JoinedByRoom)[] {
  return effects.flatMap((e) => (e.type === 'send' && e.connectionId === connectionId ? [e.message] : []));
}

/** A camera track. */
export function camera(trackId: string): Track {
  return { trackId, kind: 'video', source: 'camera', codec: 'VP8', layers: 3, muted: false };
}
