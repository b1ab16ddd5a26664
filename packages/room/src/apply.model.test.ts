import type { Join } from '@parley/protocol/client-messages';
import type { NodeLife } from '@parley/protocol/fleet-messages';
import type { Grants, Source } from '@parley/protocol/grants';
import type { LobbyGuest, ModerationAction } from '@parley/protocol/moderation';
import type { Joined } from '@parley/protocol/server-messages';
import type { Participant, Track } from '@parley/protocol/track';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Command, LinkReport } from './commands.ts';
import type { Effect } from './effects.ts';
import { camera, joinCommand, MODERATOR, type ReportAbout, resumeKey, TestRoom } from './testing.ts';
import { lobbyGuest, publicParticipant } from './views.ts';
import { nextWake } from './wake.ts';

/** What one client believes, over all its connections, from nothing but the messages it was sent. */
class ClientView {
  readonly participants = new Map<string, Participant>();
  participantId = '';
  /** The last durable event it knows. */
  seq = 0;
  session = 0;
  /** Whether it waits to be shown the way to its session. */
  asks = false;
  /** What it may do, and what it knows of the room. */
  grants: Grants | undefined;
  room: Omit<Joined['room'], 'createdAt'> | undefined;
  lobby: LobbyGuest[] | undefined;
  /** While it waits to be admitted, as whom. */
  waitingAs = '';

  receive(message: Extract<Effect, { type: 'send' }>['message']): void {
    if ('seq' in message && message.type !== 'joined' && message.type !== 'resumed') {
      expect(message.seq, 'no event comes twice or late').toBeGreaterThan(this.seq);
      this.seq = message.seq;
    }
    switch (message.type) {
      case 'resumed':
        expect(message.participantId, 'a client comes back as itself').toBe(this.participantId);
        this.asks = true;
        return;
      case 'media-session':
        expect(message.session, 'sessions only rise').toBeGreaterThanOrEqual(this.session);
        this.session = message.session;
        this.asks = false;
        return;
      case 'joined':
        if (message.participantId !== this.participantId) this.session = 0;
        this.asks = message.resumed;
        this.participantId = message.participantId;
        this.waitingAs = '';
        this.grants = message.grants;
        this.room = message.room;
        this.lobby = message.lobby;
        this.seq = message.seq;
        this.participants.clear();
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
      case 'participant-renamed':
        if (message.participantId !== this.participantId) this.of(message.participantId).name = message.name;
        return;
      case 'moderator-changed': {
        if (message.participantId === this.participantId) return;
        const { moderator: _, ...participant } = this.of(message.participantId);
        const changed = { ...participant, ...(message.moderator && { moderator: true }) };
        this.participants.set(message.participantId, changed);
        return;
      }
      case 'room-updated':
        this.room = message;
        return;
      case 'grants-changed':
        this.grants = message.grants;
        if (!message.grants.moderate) this.lobby = undefined;
        return;
      case 'waiting':
        this.waitingAs = message.participantId;
        return;
      case 'lobby':
        this.lobby = message.waiting;
        return;
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

/** Who plays by a name, and how it joined last. */
interface Client {
  view: ClientView;
  recovers: boolean;
  direct: boolean;
  known: boolean;
  moderates: boolean;
}

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const node = fc.constantFrom('n1', 'n2');
const often = fc.constantFrom(true, true, true, false);
const seldom = often.map((yes) => !yes);
const trackId = fc.constantFrom('t1', 't2', 't3');

type Step =
  | { kind: 'command'; command: Command }
  | {
      kind: 'join';
      name: string;
      recovers: boolean;
      direct: boolean;
      /** Whether it has an identity; then it may join while it is in the room. */
      known: boolean;
      moderates: boolean;
    }
  /** A participant moderates, or the API does. */
  | { kind: 'moderate'; by: string | undefined; whom: number; request: ModerationAction }
  | { kind: 'resume'; name: string; forgetful: boolean }
  | {
      kind: 'link';
      node: string;
      stale: boolean;
      publicUrl: boolean;
      /** Whether it holds just what the room believes; else see `sessions`. */
      faithful: boolean;
      /** By name; those marked stale are of an older number. */
      sessions: { name: string; stale: boolean; tracks: Track[] }[];
    }
  | { kind: 'unlink'; node: string; stale: boolean; stopped: boolean }
  | { kind: 'check'; node: string; stale: boolean; life: NodeLife }
  | { kind: 'report'; node: string; name: string; stale: boolean; oldSession: boolean; report: ReportAbout };

const report: fc.Arbitrary<ReportAbout> = fc.oneof(
  fc.record({ type: fc.constant('track-published' as const), track: trackId.map(camera) }),
  fc.record({ type: fc.constant('track-unpublished' as const), trackId }),
  fc.constant({ type: 'session-opened' as const }),
  fc.record({
    type: fc.constant('media-state' as const),
    state: fc.constantFrom('connected' as const, 'disconnected' as const, 'closed' as const),
  }),
  fc.record({
    type: fc.constant('session-closed' as const),
    code: fc.constant('media_unavailable' as const),
    message: fc.constant('gone'),
  }),
);
/** Mostly short, now and then longer than every grace. */
const pause = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
);
const clientMessage = fc.record({
  type: fc.constant('client-message' as const),
  connectionId: name.map((n) => `c-${n}`),
  message: fc.oneof(
    { weight: 1, arbitrary: fc.constant({ type: 'leave' as const }) },
    { weight: 3, arbitrary: fc.constant({ type: 'offer' as const, sdp: 'v=0' }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('mute' as const), trackId, muted: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.constant({ type: 'chat' as const, text: 'hi' }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('rename' as const), name }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('reconnect-session' as const),
        session: fc.integer({ min: 1, max: 3 }),
        carrier: fc.constantFrom('relay' as const, 'direct' as const),
      }),
    },
  ),
});
/** Whom it is about is put in when it is known who is there. */
const participantId = fc.constant('');
const action: fc.Arbitrary<ModerationAction> = fc.oneof(
  fc.record({ action: fc.constant('lock' as const), locked: seldom }),
  fc.record({ action: fc.constant('set-lobby' as const), lobby: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({ action: fc.constantFrom('admit' as const, 'deny' as const), participantId }),
  },
  fc.record(
    { action: fc.constant('kick' as const), participantId, banSeconds: fc.constantFrom(1, 100) },
    { requiredKeys: ['action', 'participantId'] },
  ),
  fc.record({ action: fc.constant('mute' as const), participantId, trackId }),
  fc.record({ action: fc.constant('rename' as const), participantId, name }),
  {
    weight: 4,
    arbitrary: fc.record({
      action: fc.constant('set-grants' as const),
      participantId,
      grants: fc.oneof(
        fc.record({ moderate: fc.boolean() }),
        fc.record({ publish: fc.subarray<Source>(['camera', 'microphone']) }),
        fc.record({ subscribe: fc.boolean(), data: fc.boolean() }),
      ),
    }),
  },
);
const command = (commands: fc.Arbitrary<Command>): fc.Arbitrary<Step> =>
  commands.map((one) => ({ kind: 'command' as const, command: one }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      name,
      recovers: fc.boolean(),
      direct: fc.boolean(),
      known: fc.boolean(),
      moderates: seldom,
    }),
  },
  {
    weight: 30,
    arbitrary: fc.record({ kind: fc.constant('resume' as const), name, forgetful: fc.boolean() }),
  },
  { weight: 60, arbitrary: command(clientMessage) },
  {
    weight: 40,
    arbitrary: command(
      fc.record({
        type: fc.constant('connection-closed' as const),
        connectionId: name.map((n) => `c-${n}`),
      }),
    ),
  },
  {
    weight: 30,
    arbitrary: command(fc.record({ type: fc.constant('placed' as const), nodeId: node })),
  },
  { weight: 5, arbitrary: command(fc.constant({ type: 'placement-failed' as const })) },
  {
    weight: 5,
    arbitrary: command(
      fc.record({
        type: fc.constant('assign-failed' as const),
        nodeId: node,
        epoch: fc.constant(1_000_001),
      }),
    ),
  },
  { weight: 20, arbitrary: command(fc.constant({ type: 'wake' as const })) },
  {
    weight: 60,
    arbitrary: fc.record({
      kind: fc.constant('link' as const),
      node,
      stale: seldom,
      publicUrl: often,
      faithful: often,
      sessions: fc.uniqueArray(
        fc.record({
          name,
          stale: fc.boolean(),
          tracks: fc.uniqueArray(trackId.map(camera), { selector: (t) => t.trackId }),
        }),
        { selector: (session) => session.name, maxLength: 3 },
      ),
    }),
  },
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constant('unlink' as const),
      node,
      stale: seldom,
      stopped: seldom,
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('check' as const),
      node,
      stale: fc.boolean(),
      life: fc.constantFrom('live' as const, 'dead' as const, 'unknown' as const),
    }),
  },
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      node,
      name,
      stale: fc.boolean(),
      oldSession: fc.boolean(),
      report,
    }),
  },
  {
    weight: 60,
    arbitrary: fc.record({
      kind: fc.constant('moderate' as const),
      by: fc.option(name, { nil: undefined, freq: 1 }),
      whom: fc.nat(3),
      request: action,
    }),
  },
  { weight: 1, arbitrary: command(fc.constant({ type: 'delete' as const })) },
);

it('holds in any order of events', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(step, pause), { maxLength: 80, size: 'max' }), (steps) => {
      const room = new TestRoom({ maxParticipants: 4 });
      const views = new Map<string, ClientView>();
      let epochs = room.state.lastEpoch;
      let connections = 0;
      /** Open connections by name, and what each name knows; a name's participants are numbered as it joins anew. */
      const open = new Map<string, string>();
      const clients = new Map<string, Client>();
      let joins = 0;
      /** What the nodes go by, by participant and session; and what tickets that were not shown say. */
      const enforced = new Map<string, Grants>();
      const tickets = new Map<string, Grants>();

      for (const [what, pause] of steps) {
        const before = room.state;
        const command = toCommand(what);
        if (command === undefined) continue;
        const effects = room.do(command, pause);
        const stale = 'stale' in what && what.stale;
        if (what.kind === 'report' && what.oldSession) {
          expect(room.state, 'a report about another session changes nothing').toEqual(before);
        }
        if (stale && what.kind !== 'unlink') {
          expect(effects, 'an old epoch has no effect').toEqual([]);
        }
        check(before.lastEpoch, effects);
        if (command.type === 'wake') {
          expect(nextWake(room.state) ?? Number.POSITIVE_INFINITY, 'no alarm rings for ever').toBeGreaterThan(
            room.now,
          );
        }
      }

      function toCommand(what: Step): Command | undefined {
        switch (what.kind) {
          case 'command': {
            const { command } = what;
            if (!('connectionId' in command)) return command;
            const connectionId = open.get(command.connectionId.slice(2));
            if (connectionId === undefined) return undefined;
            if (command.type === 'client-message' && command.message.type === 'reconnect-session') {
              const current = sessionOf(command.connectionId.slice(2)).session;
              const view = views.get(connectionId);
              if (view !== undefined && command.message.session === current) view.asks = true;
            }
            if (command.type === 'connection-closed') {
              open.delete(command.connectionId.slice(2));
              views.delete(connectionId);
            }
            return { ...command, connectionId } as Command;
          }
          case 'join': {
            if (open.has(what.name) && !(what.known && clients.get(what.name)?.known)) return undefined;
            const { recovers, direct, known, moderates } = what;
            clients.set(what.name, { view: new ClientView(), recovers, direct, known, moderates });
            return joining(what.name, {});
          }
          case 'moderate': {
            const waits = what.request.action === 'admit' || what.request.action === 'deny';
            const { participants, lobby } = room.state;
            const there = Object.keys(waits ? lobby : participants);
            const participantId = there[what.whom % there.length] ?? '';
            const request =
              'participantId' in what.request ? { ...what.request, participantId } : what.request;
            const admitted = waits ? [participantId] : Object.keys(lobby);
            const resumeKeys = admitted.map((id) => resumeKey(id.slice(2)));
            if (what.by === undefined) return { type: 'moderate', by: { type: 'api' }, request, resumeKeys };
            const connectionId = open.get(what.by);
            if (connectionId === undefined) return undefined;
            return {
              type: 'client-message',
              connectionId,
              message: { type: 'moderate', request },
              resumeKeys,
            };
          }
          case 'resume': {
            const client = clients.get(what.name);
            if (client === undefined || client.view.participantId === '') return undefined;
            // Whoever waits has nothing to come back to.
            const waits = Object.values(room.state.lobby).some(
              (one) => one.connectionId === open.get(what.name),
            );
            if (waits) return undefined;
            const { participantId, seq } = client.view;
            const secret = `secret-${participantId.slice(2)}`;
            const known = what.forgetful ? seq + 1_000_000 : seq;
            return joining(what.name, { resume: { participantId, secret, seq: known } });
          }
          case 'link': {
            const believed = Object.values(room.state.participants).filter((p) => p.nodeId === what.node);
            const held = what.sessions.flatMap((held) => {
              const { participantId, session } = sessionOf(held.name);
              if (participantId === '') return [];
              const number = Math.max(1, held.stale ? session - 1 : session);
              return [{ participantId, session: number, tracks: held.tracks }];
            });
            return {
              type: 'link-opened',
              nodeId: what.node,
              epoch: epochOf(what),
              sessions: what.faithful ? believed : held,
              incarnation: 'first',
              ...(what.publicUrl && { publicUrl: 'wss://media.example' }),
            };
          }
          case 'unlink':
            return {
              type: 'link-closed',
              nodeId: what.node,
              epoch: epochOf(what),
              stopped: what.stopped,
            };
          case 'check':
            return { type: 'node-checked', nodeId: what.node, epoch: epochOf(what), life: what.life };
          case 'report': {
            const { participantId, session } = sessionOf(what.name);
            if (participantId === '') return undefined;
            const number = what.oldSession ? session + 1 : session;
            const key = `${participantId} ${session}`;
            const ticket = tickets.get(key);
            const isHome = room.state.participants[participantId]?.nodeId === what.node;
            const opens = what.report.type === 'session-opened' && isHome && !what.stale && !what.oldSession;
            if (opens && ticket !== undefined && !enforced.has(key)) enforced.set(key, ticket);
            const whole = { ...what.report, participantId, session: number } as LinkReport;
            return { type: 'link-report', nodeId: what.node, epoch: epochOf(what), report: whole };
          }
        }
      }

      function joining(name: string, request: Partial<Join>): Command {
        connections += 1;
        joins += 1;
        const connectionId = `c${connections}`;
        const client = clients.get(name);
        if (client === undefined) throw new Error(`${name} is not known`);
        const older = open.get(name);
        if (older !== undefined && views.get(older) === client.view) views.delete(older);
        open.set(name, connectionId);
        views.set(connectionId, client.view);
        const { recovers, direct, known, moderates } = client;
        return {
          ...joinCommand(`${name}${joins}`, connectionId, { recovers, direct, ...request }),
          access: {
            grants: { ...MODERATOR, moderate: moderates },
            ...(known && { identity: `id-${name}`, name }),
          },
          address: `address-${name}`,
        };
      }

      function noteGrants(message: Extract<Effect, { type: 'link-send' }>['message']): void {
        if (message.type !== 'set-grants') return;
        const key = `${message.participantId} ${message.session}`;
        if (enforced.has(key)) enforced.set(key, message.grants);
      }

      function sessionOf(name: string): { participantId: string; session: number } {
        const participantId = clients.get(name)?.view.participantId ?? '';
        return { participantId, session: room.state.participants[participantId]?.session ?? 0 };
      }

      function epochOf(what: { node: string; stale: boolean }): number {
        return (room.state.assignments[what.node]?.epoch ?? 7) - (what.stale ? 1 : 0);
      }

      function check(lastEpoch: number, effects: Effect[]): void {
        const { state } = room;
        for (const effect of effects) {
          if (effect.type === 'send') views.get(effect.connectionId)?.receive(effect.message);
          if (effect.type === 'replay') {
            const view = views.get(effect.connectionId);
            for (const event of room.replay(effect)) view?.receive(event);
          }
          if (effect.type === 'disconnect') {
            views.delete(effect.connectionId);
            for (const [key, connectionId] of open)
              if (connectionId === effect.connectionId) open.delete(key);
          }
          if (effect.type === 'assign') {
            expect(effect.epoch, 'epochs only rise').toBeGreaterThan(epochs);
            epochs = effect.epoch;
          }
          if (effect.type === 'link-send') noteGrants(effect.message);
          if (effect.type === 'open-session') {
            const key = `${effect.participantId} ${effect.session}`;
            // A session that is there is only given another carrier.
            if (effect.carrier.type === 'relay' && !enforced.has(key)) enforced.set(key, effect.grants);
            if (effect.carrier.type === 'direct') tickets.set(key, effect.grants);
            expect(room.state.participants[effect.participantId]?.session).toBe(effect.session);
            if (effect.carrier.type === 'direct') {
              const view = views.get(effect.carrier.connectionId);
              expect(view?.participantId, 'a ticket goes to its owner').toBe(effect.participantId);
              view?.receive({
                type: 'media-session',
                roomId: 'room-1',
                session: effect.session,
                carrier: { type: 'direct', url: effect.carrier.url, ticket: '' },
              });
            }
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
        expect(
          room.log.map(({ event }) => event.seq),
          'durable events are numbered without a gap',
        ).toEqual(room.log.map((_, index) => index + 1));
        if (state.phase === 'closed') expect(participants).toEqual([]);
        else if (participants.length === 0) expect(nextWake(state), 'an empty room will close').toBeDefined();
        else if (Object.keys(state.assignments).length === 0) {
          expect(state.placement.state, 'a room without a node keeps looking').not.toBe('none');
        }
        expect(Object.keys(state.assignments).length, 'a room has one authority').toBeLessThanOrEqual(1);
        const guests = Object.values(state.lobby);
        if (!state.settings.lobby) expect(guests, 'nobody waits without a lobby').toEqual([]);
        const identities = [...participants, ...guests.map(({ access }) => access)].flatMap(
          ({ identity }) => identity ?? [],
        );
        expect(new Set(identities).size, 'an identity is there once').toBe(identities.length);
        for (const { connectionId, participantId } of guests) {
          const view = views.get(connectionId);
          if (view !== undefined) expect(view.waitingAs, 'who waits knows it').toBe(participantId);
        }
        for (const participant of participants) {
          const goesBy = enforced.get(`${participant.participantId} ${participant.session}`);
          if (goesBy !== undefined && state.assignments[participant.nodeId ?? '']?.state === 'linked') {
            expect(goesBy, 'a node goes by the grants as they are').toEqual(participant.grants);
          }
          const ids = participant.tracks.map((track) => track.trackId);
          expect(new Set(ids).size, 'a track is published once').toBe(ids.length);
          if (participant.connectionId === undefined) continue;
          const view = views.get(participant.connectionId);
          const node = state.assignments[participant.nodeId ?? ''];
          if (participant.recovers && node?.state === 'linked') {
            expect(view, 'whoever has a session knows the way to it').toMatchObject({
              session: participant.session,
              asks: false,
            });
          }
          const { name, maxParticipants, locked, lobby, metadata } = state.settings;
          expect(view, 'every client knows what it may do, and the room').toMatchObject({
            grants: participant.grants,
            room: { name, maxParticipants, locked, lobby, metadata },
          });
          expect(view?.lobby, 'who moderates, and nobody else, knows who waits').toEqual(
            participant.grants.moderate ? guests.map(lobbyGuest) : undefined,
          );
          const others = participants.filter((p) => p !== participant).map(publicParticipant);
          const byId = (a: Participant, b: Participant) => a.participantId.localeCompare(b.participantId);
          expect(
            [...(view?.participants.values() ?? [])].sort(byId),
            'every client sees the room as it is',
          ).toEqual(others.sort(byId));
        }
      }
    }),
    { numRuns: 2000 },
  );
});
