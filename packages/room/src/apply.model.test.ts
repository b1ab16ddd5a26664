import type { Participant } from '@parley/protocol/track';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Command, LinkReport } from './commands.ts';
import type { Effect } from './effects.ts';
import { camera, TestRoom } from './testing.ts';
import { publicParticipant } from './views.ts';
import { nextWake } from './wake.ts';

/** What one client believes, from nothing but the messages it was sent. */
class ClientView {
  readonly participants = new Map<string, Participant>();
  participantId = '';

  receive(message: Extract<Effect, { type: 'send' }>['message']): void {
    switch (message.type) {
      case 'joined':
        expect(this.participantId, 'joined comes once on a connection').toBe('');
        this.participantId = message.participantId;
        for (const p of message.participants) this.participants.set(p.participantId, structuredClone(p));
        return;
      case 'participant-joined':
        expect(this.participants.has(message.participant.participantId), 'nobody joins twice').toBe(false);
        this.participants.set(message.participant.participantId, structuredClone(message.participant));
        return;
      case 'participant-left':
        expect(this.participants.delete(message.participantId), 'only who is there leaves').toBe(true);
        return;
      case 'track-published':
        this.of(message.participantId).tracks.push({ ...message.track });
        return;
      case 'track-unpublished': {
        const participant = this.of(message.participantId);
        const kept = participant.tracks.filter((track) => track.trackId !== message.trackId);
        expect(kept.length, 'only a known track ends').toBe(participant.tracks.length - 1);
        participant.tracks = kept;
        return;
      }
      case 'track-muted': {
        if (message.participantId === this.participantId) return;
        const track = this.of(message.participantId).tracks.find((t) => t.trackId === message.trackId);
        expect(track, 'only a known track is muted').toBeDefined();
        if (track !== undefined) track.muted = message.muted;
        return;
      }
      default:
        return;
    }
  }

  private of(participantId: string): Participant {
    const participant = this.participants.get(participantId);
    if (participant === undefined) throw new Error(`told of a track of ${participantId}, who is not there`);
    return participant;
  }
}

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const node = fc.constantFrom('n1', 'n2');
const trackId = fc.constantFrom('t1', 't2', 't3');

type Step =
  | { kind: 'command'; command: Command }
  | { kind: 'join'; name: string }
  | {
      kind: 'link';
      node: string;
      stale: boolean;
      sessions: Extract<Command, { type: 'link-opened' }>['sessions'];
    }
  | { kind: 'unlink'; node: string; stale: boolean }
  | { kind: 'report'; node: string; stale: boolean; report: LinkReport };

const participantId = name.map((n) => `p-${n}`);
const report: fc.Arbitrary<LinkReport> = fc.oneof(
  fc.record({ type: fc.constant('track-published' as const), participantId, track: trackId.map(camera) }),
  fc.record({ type: fc.constant('track-unpublished' as const), participantId, trackId }),
  fc.record({
    type: fc.constant('media-state' as const),
    participantId,
    state: fc.constantFrom('connected' as const, 'disconnected' as const),
  }),
  fc.record({
    type: fc.constant('session-closed' as const),
    participantId,
    code: fc.constant('media_unavailable' as const),
    message: fc.constant('gone'),
  }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: name.map((n) => ({ kind: 'join' as const, name: n })) },
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        fc.record({
          type: fc.constant('client-message' as const),
          connectionId: name.map((n) => `c-${n}`),
          message: fc.oneof(
            fc.constant({ type: 'leave' as const }),
            fc.constant({ type: 'offer' as const, sdp: 'v=0' }),
            fc.record({ type: fc.constant('mute' as const), trackId, muted: fc.boolean() }),
            fc.constant({ type: 'chat' as const, text: 'hi' }),
          ),
        }),
        fc.record({
          type: fc.constant('connection-closed' as const),
          connectionId: name.map((n) => `c-${n}`),
        }),
        fc.record({ type: fc.constant('placed' as const), nodeId: node }),
        fc.constant({ type: 'placement-failed' as const }),
        fc.record({
          type: fc.constant('assign-failed' as const),
          nodeId: node,
          epoch: fc.constant(1_000_001),
        }),
        fc.constant({ type: 'wake' as const }),
      )
      .map((command) => ({ kind: 'command' as const, command })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('link' as const),
      node,
      stale: fc.boolean(),
      sessions: fc.uniqueArray(
        fc.record({
          participantId,
          tracks: fc.uniqueArray(trackId.map(camera), { selector: (t) => t.trackId }),
        }),
        { selector: (s) => s.participantId, maxLength: 3 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unlink' as const), node, stale: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('report' as const), node, stale: fc.boolean(), report }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'command' as const, command: { type: 'delete' as const } }) },
);

it('holds in any order of events', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.integer({ min: 0, max: 40_000 })), { maxLength: 60 }), (steps) => {
      const room = new TestRoom({ maxParticipants: 4 });
      const views = new Map<string, ClientView>();
      let epochs = room.state.lastEpoch;
      let connections = 0;
      const open = new Map<string, string>();

      for (const [what, pause] of steps) {
        const before = room.state;
        const command = toCommand(what);
        if (command === undefined) continue;
        const effects = room.do(command, pause);
        const stale = 'stale' in what && what.stale;
        if (stale && what.kind !== 'unlink') {
          expect(effects, 'an old epoch has no effect').toEqual([]);
        }
        check(before.lastEpoch, effects);
      }

      function toCommand(what: Step): Command | undefined {
        switch (what.kind) {
          case 'command': {
            const { command } = what;
            if (!('connectionId' in command)) return command;
            const connectionId = open.get(command.connectionId.slice(2));
            if (connectionId === undefined) return undefined;
            if (command.type === 'connection-closed') {
              open.delete(command.connectionId.slice(2));
              views.delete(connectionId);
            }
            return { ...command, connectionId } as Command;
          }
          case 'join': {
            if (open.has(what.name)) return undefined;
            connections += 1;
            const connectionId = `c${connections}`;
            open.set(what.name, connectionId);
            views.set(connectionId, new ClientView());
            // A name that left may come back with its old id only because ids here are few: skip that.
            if (room.state.participants[`p-${what.name}`] !== undefined) return undefined;
            return {
              type: 'join',
              connectionId,
              participantId: `p-${what.name}`,
              request: { type: 'join', roomId: 'room-1', participantName: what.name },
            };
          }
          case 'link':
            return { type: 'link-opened', nodeId: what.node, epoch: epochOf(what), sessions: what.sessions };
          case 'unlink':
            return { type: 'link-closed', nodeId: what.node, epoch: epochOf(what) };
          case 'report':
            return { type: 'link-report', nodeId: what.node, epoch: epochOf(what), report: what.report };
        }
      }

      function epochOf(what: { node: string; stale: boolean }): number {
        return (room.state.assignments[what.node]?.epoch ?? 7) - (what.stale ? 1 : 0);
      }

      function check(lastEpoch: number, effects: Effect[]): void {
        const { state } = room;
        for (const effect of effects) {
          if (effect.type === 'send') views.get(effect.connectionId)?.receive(effect.message);
          if (effect.type === 'disconnect') {
            views.delete(effect.connectionId);
            for (const [key, connectionId] of open)
              if (connectionId === effect.connectionId) open.delete(key);
          }
          if (effect.type === 'assign') {
            expect(effect.epoch, 'epochs only rise').toBeGreaterThan(epochs);
            epochs = effect.epoch;
          }
          if ((effect.type === 'open-session' || effect.type === 'welcome') && state.phase === 'open') {
            expect(
              state.assignments[effect.nodeId],
              'sessions open under the current epoch only',
            ).toMatchObject({
              epoch: effect.epoch,
              state: 'linked',
            });
          }
        }
        expect(state.lastEpoch).toBeGreaterThanOrEqual(lastEpoch);
        const participants = Object.values(state.participants);
        expect(participants.length, 'the room never overflows').toBeLessThanOrEqual(4);
        expect(state.emptySince === undefined, 'empty since is known exactly when nobody is there').toBe(
          participants.length > 0,
        );
        if (state.phase === 'closed') expect(participants).toEqual([]);
        else if (participants.length === 0) expect(nextWake(state), 'an empty room will close').toBeDefined();
        else if (!Object.values(state.assignments).some((a) => a.state === 'linked')) {
          expect(nextWake(state), 'a room without a node keeps looking').toBeDefined();
        }
        for (const participant of participants) {
          const ids = participant.tracks.map((track) => track.trackId);
          expect(new Set(ids).size, 'a track is published once').toBe(ids.length);
          if (participant.connectionId === undefined) continue;
          const view = views.get(participant.connectionId);
          const others = participants.filter((p) => p !== participant).map(publicParticipant);
          const byId = (a: Participant, b: Participant) => a.participantId.localeCompare(b.participantId);
          expect(
            [...(view?.participants.values() ?? [])].sort(byId),
            'every client sees the room as it is',
          ).toEqual(others.sort(byId));
        }
      }
    }),
    { numRuns: 600 },
  );
});
