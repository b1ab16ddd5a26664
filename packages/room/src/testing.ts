import type { Join } from '@parley/protocol/client-messages';
import { openGrants } from '@parley/protocol/grants';
import type { Track } from '@parley/protocol/track';
import { apply } from './apply.ts';
import type { Command } from './commands.ts';
import type { Effect, JoinedByRoom } from './effects.ts';
import { createRoom, type RoomSettings, type RoomState } from './state.ts';

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
        grants: openGrants(5_000_000),
        ...settings,
      },
      this.now,
    );
  }

  do(command: Command, after = 0): Effect[] {
    this.now += after;
    const before = JSON.stringify(this.state);
    const { state, effects } = apply(this.state, command, this.now);
    if (JSON.stringify(this.state) !== before) throw new Error(`apply changed its argument: ${command.type}`);
    this.state = state;
    return effects;
  }

  join(name: string, request: Partial<Join> = {}): Effect[] {
    return this.do({
      type: 'join',
      connectionId: `c-${name}`,
      participantId: `p-${name}`,
      request: { type: 'join', roomId: 'room-1', participantName: name, ...request },
    });
  }

  /** Places the room on a node and opens its link; returns the epoch. */
  link(nodeId = 'node-1'): number {
    this.do({ type: 'placed', nodeId });
    const epoch = this.state.lastEpoch;
    this.do({ type: 'link-opened', nodeId, epoch, sessions: [] });
    return epoch;
  }
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
