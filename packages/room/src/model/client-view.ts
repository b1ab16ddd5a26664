import type { Grants } from '@parley/protocol/grants';
import type { LobbyGuest } from '@parley/protocol/moderation';
import type { ActiveRecording, Joined } from '@parley/protocol/server-messages';
import type { Participant } from '@parley/protocol/track';
import { expect } from 'vitest';
import type { Effect } from '../effects.ts';

/** What one client believes, over all its connections, from nothing but the messages it was sent. */
export class ClientView {
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
  /** The recording that goes on. */
  recording: ActiveRecording | undefined;
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
        this.recording = message.recording;
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
      case 'recording-started': {
        const { recordingId, startedAt } = message;
        expect(this.recording, 'one recording goes on at a time').toBeUndefined();
        this.recording = { recordingId, startedAt };
        return;
      }
      case 'recording-stopped':
        expect(message.recordingId, 'only what goes on is stopped').toBe(this.recording?.recordingId);
        this.recording = undefined;
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
