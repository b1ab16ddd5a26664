import type { Join } from '@parley/protocol/client-messages';
import type { Grants } from '@parley/protocol/grants';
import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { Participant } from '@parley/protocol/track';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Command, LinkReport } from './commands.ts';
import type { Effect } from './effects.ts';
import { ClientView } from './model/client-view.ts';
import { RecordingModel } from './model/recording-model.ts';
import { type Client, pause, type Step, step } from './model/steps.ts';
import { joinCommand, MODERATOR, resumeKey, TestRoom } from './testing.ts';
import { lobbyGuest, publicParticipant, recordingNow } from './views.ts';
import { nextWake } from './wake.ts';

const OPTIONS = RecordingOptions.parse({});

/** Some seconds of an idle core; the limit is for one that everybody uses. */
const RUNS = 700;

it('holds in any order of events', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(step, pause), { maxLength: 80, size: 'max' }), (steps) => {
      const room = new TestRoom({ maxParticipants: 4 });
      const views = new Map<string, ClientView>();
      const recordings = new RecordingModel();
      let started = 0;
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
        recordings.before(before, command);
        const effects = room.do(command, pause);
        recordings.after(room.state, effects);
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
          case 'record': {
            started += 1;
            const recordingId = `rec-${started}`;
            if (!what.byHand) return { type: 'auto-record', recordingId };
            return { type: 'start-recording', recordingId, options: OPTIONS, by: { type: 'api' } };
          }
          case 'recorder': {
            const { recordingId, recorder } = room.state.recording ?? {};
            if (recordingId === undefined || recorder === undefined) return undefined;
            const { recorderId, epoch } = recorder;
            const turn = { recordingId, recorderId, epoch: what.stale ? epoch - 1 : epoch };
            switch (what.event.type) {
              case 'recorder-linked':
                return { ...what.event, ...turn, target: { ip: '127.0.0.1', port: 42_000 + epoch } };
              case 'recorder-failed':
                return { ...what.event, ...turn, code: 'internal', message: 'no' };
              default:
                return { ...what.event, ...turn };
            }
          }
          case 'capture': {
            const { recordingId = '', lastEpoch = 0 } = room.state.recording ?? {};
            const event = { type: 'track-ended', trackId: 't1' } as const;
            const epoch = what.stale ? lastEpoch - 1 : lastEpoch;
            const nodeEpoch = room.state.assignments[what.node]?.epoch ?? 7;
            return { type: 'capture-event', nodeId: what.node, nodeEpoch, recordingId, epoch, event };
          }
          case 'told': {
            const { number } = recordings.news ?? {};
            return number === undefined ? undefined : { type: 'recording-told', number, heard: what.heard };
          }
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
          expect(view?.recording, 'every client knows whether it is recorded').toEqual(
            recordingNow(state).recording,
          );
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
    { numRuns: RUNS },
  );
});
