import type { ClientMessage, Join } from '@parley/protocol/client-messages';
import type { Source } from '@parley/protocol/grants';
import type { DurableEvent, MediaSession, ServerMessage } from '@parley/protocol/server-messages';
import { FakeSocket } from './fake-socket.ts';
import { JOINED } from './join-fake-room.ts';

interface ServerTrack {
  readonly source: Source;
  muted: boolean;
}

const roomId = 'room';

/** A room and its node with one participant, as far as the SDK can tell; a test breaks it. Works when {@link work} is called. */
export class FakeServer {
  /** Whether the node's sockets open. */
  nodeReachable = true;
  /** Whether the room has forgotten the events that were missed. */
  forgetful = false;
  /** What the participant publishes now. */
  readonly tracks = new Map<string, ServerTrack>();
  /** Every text, in the order of its coming. */
  readonly texts: string[] = [];
  participantId: string | undefined;
  #participants = 0;
  #trackIds = 0;
  #session = 0;
  #carrier: 'relay' | 'direct' = 'direct';
  #canDirect = false;
  #log: DurableEvent[] = [];
  #room: FakeSocket | undefined;
  #node: FakeSocket | undefined;
  #deaf = false;

  /** Opens sockets and handles what the client has sent. */
  work(): void {
    for (const socket of FakeSocket.all) {
      const isNode = socket.url.startsWith('wss://node');
      if (socket.readyState === 0) {
        if (isNode && !this.nodeReachable) {
          socket.drop(1006);
          continue;
        }
        if (isNode) this.#node = socket;
        socket.open();
      }
      for (const message of socket.sent()) this.#handle(socket, message);
    }
  }

  /** Handles what was sent, but no answer gets through any more; then the sockets break. */
  breakSockets(which: 'room' | 'node', arrives: boolean): void {
    const socket = which === 'room' ? this.#room : this.#node;
    if (socket?.readyState !== FakeSocket.OPEN) return;
    this.#deaf = true;
    for (const message of socket.sent()) if (arrives) this.#handle(socket, message);
    this.#deaf = false;
    if (which === 'room') this.#room = undefined;
    else this.#node = undefined;
    socket.drop(1006);
  }

  /** The node dies and another takes its place. */
  replaceSession(): void {
    if (this.participantId === undefined) return;
    this.tracks.clear();
    this.#session += 1;
    this.#carrier = this.#canDirect ? 'direct' : 'relay';
    this.#node?.drop(1006);
    this.#node = undefined;
    this.#showWay();
  }

  /** The participant was away too long. */
  forget(): void {
    this.breakSockets('room', false);
    this.participantId = undefined;
    this.tracks.clear();
  }

  #handle(socket: FakeSocket, message: ClientMessage): void {
    switch (message.type) {
      case 'join':
        this.#join(socket, message);
        return;
      case 'offer':
      case 'start-screen-share':
        if (message.session === this.#session) this.#answer(message);
        return;
      case 'stop-screen-share':
        this.#endTracks(({ source }) => source === 'screen' || source === 'screen-audio');
        return;
      case 'mute': {
        const track = this.tracks.get(message.trackId);
        if (track) track.muted = message.muted;
        else {
          const requestType = message.type;
          this.#say({ type: 'error', code: 'track_not_found', message: 'None.', requestType });
        }
        return;
      }
      case 'chat': {
        const { text } = message;
        this.texts.push(text);
        const seq = ++FakeSocket.seq;
        const event = {
          type: 'chat',
          roomId,
          seq,
          participantId: this.participantId ?? '',
          name: 'Me',
          text,
          at: 0,
        } as const;
        this.#log.push(event);
        this.#say(event);
        return;
      }
      case 'reconnect-session':
        if (message.session !== this.#session) return;
        this.#carrier = message.carrier;
        this.#showWay();
        return;
      case 'leave':
        this.participantId = undefined;
        return;
      case 'rename':
      case 'moderate':
      case 'answer':
      case 'ice-candidate':
      case 'update-quality':
      case 'subscribe':
      case 'set-view':
      case 'watch-speakers':
      case 'restart-ice':
        return;
      default:
        message satisfies never;
    }
  }

  #join(socket: FakeSocket, { resume, direct = false }: Join): void {
    this.#room = socket;
    this.#canDirect = direct;
    const seq = FakeSocket.seq;
    if (resume === undefined || resume.participantId !== this.participantId) {
      this.participantId = `me-${++this.#participants}`;
      this.tracks.clear();
      this.#session = 1;
      this.#carrier = direct ? 'direct' : 'relay';
      this.#say({ ...JOINED, participantId: this.participantId, seq });
    } else if (this.forgetful) {
      this.#say({ ...JOINED, participantId: this.participantId, seq, resumed: true });
    } else {
      this.#say({ type: 'resumed', roomId, participantId: this.participantId, seq });
      for (const event of this.#log) if (event.seq > resume.seq) this.#say(event);
    }
    this.#showWay();
  }

  #answer({
    type,
    offerId = '',
    sdp,
    tracks = [],
  }: Extract<ClientMessage, { type: 'offer' | 'start-screen-share' }>): void {
    this.#endTracks(({ source }) => !tracks.some((track) => track.source === source));
    const named = tracks.map(({ mid, source }) => {
      const known = [...this.tracks].find(([, track]) => track.source === source)?.[0];
      const trackId = known ?? `${source}-${++this.#trackIds}`;
      if (known === undefined) this.tracks.set(trackId, { source, muted: false });
      return { mid, trackId, source };
    });
    const answer: ServerMessage = {
      type: 'answer',
      roomId,
      offerId,
      requestType: type,
      sdp: sdp.replaceAll('sendonly', 'recvonly'),
      tracks: named,
    };
    if (this.#carrier === 'relay') this.#say(answer);
    else if (!this.#deaf) this.#node?.receive(answer);
  }

  #endTracks(which: (track: ServerTrack) => boolean): void {
    for (const [trackId, track] of this.tracks) if (which(track)) this.tracks.delete(trackId);
  }

  #showWay(): void {
    const carrier: MediaSession['carrier'] =
      this.#carrier === 'relay' ? { type: 'relay' } : { type: 'direct', url: 'wss://node', ticket: 't' };
    this.#say({ type: 'media-session', roomId, session: this.#session, carrier });
  }

  #say(message: ServerMessage): void {
    if (!this.#deaf) this.#room?.receive(message);
  }
}
