import { ClientMessage, MAX_CLIENT_MESSAGE_BYTES, MAX_JOIN_BYTES } from '@parley/protocol/client-messages';
import { decode } from '@parley/protocol/decode';
import type { ServerMessage } from '@parley/protocol/server-messages';
import { CHAT_TEXTS, CLIENT_MESSAGES, CLIENT_VOLUME, TokenBucket } from '@parley/protocol/token-bucket';
import { answerFault, offerFault, sessionOf } from './sdp-rules.ts';
import type { Verdicts } from './verdicts.ts';

type MessageOf<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>;

/**
 * What holds for every message of a client, whatever happens. Hears what goes over one client's sockets, one after
 * the other, and tells {@link Verdicts}.
 */
export class ClientRules {
  readonly #verdicts: Verdicts;
  #joined: MessageOf<'join'> | undefined;
  #buckets = bucketsAt(0);
  /** The server's offers that were not answered, oldest first: SDP by id. */
  readonly #open = new Map<string, string>();
  readonly #answered = new Map<string, string>();
  /** The last offer of each of the client's PeerConnections, by the session id of its `o=` line. */
  readonly #offers = new Map<string, string>();
  #room: string | undefined;
  #session = 0;
  #published = 0;
  /** Of the latest server messages. */
  #participant: { id: string; secret: string; seq: number } | undefined;

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  /** The server's offers that the client still owes an answer. */
  get unanswered(): number {
    return this.#open.size;
  }

  /** The number of the client's media session; 0 where it was told none. */
  get session(): number {
    return this.#session;
  }

  /** How many tracks it publishes, as the server has told it. */
  get published(): number {
    return this.#published;
  }

  /** The session ids of the client's publishing PeerConnections. */
  get publishing(): ReadonlySet<string> {
    return new Set(this.#offers.keys());
  }

  /** A socket of the client has opened. @param now milliseconds */
  opened(now: number): void {
    this.#joined = undefined;
    this.#buckets = bucketsAt(now);
  }

  /**
   * The client sent a frame.
   *
   * @param now milliseconds
   * @returns the message, if it is one
   */
  sent(frame: string | Buffer, now: number): ClientMessage | undefined {
    const verdicts = this.#verdicts;
    if (typeof frame !== 'string') {
      verdicts.fail('well-formed', 'it sent a binary frame');
      return undefined;
    }
    const limit = this.#joined === undefined ? MAX_JOIN_BYTES : MAX_CLIENT_MESSAGE_BYTES;
    if (Buffer.byteLength(frame) > limit)
      verdicts.fail(
        'frame-size',
        `a frame of ${Buffer.byteLength(frame)} bytes; ${limit} are allowed here`,
        frame,
      );
    else verdicts.pass('frame-size');
    if (!this.#buckets.messages.take(now))
      verdicts.fail('message-rate', `more than ${CLIENT_MESSAGES.rate} messages a second`, frame);
    else if (!this.#buckets.volume.take(now, frame.length))
      verdicts.fail('message-rate', `more than ${CLIENT_VOLUME.rate} characters a second`, frame);
    else verdicts.pass('message-rate');
    if (frame === 'ping') return undefined;
    let message: ClientMessage;
    try {
      message = decode(ClientMessage, frame, Number.POSITIVE_INFINITY);
    } catch (error) {
      verdicts.fail('well-formed', error instanceof Error ? error.message : String(error), frame);
      return undefined;
    }
    verdicts.pass('well-formed');
    this.#judge(message, frame, now);
    return message;
  }

  /** The client was sent a message. */
  received(message: ServerMessage): void {
    if ('seq' in message && this.#participant !== undefined) this.#participant.seq = message.seq;
    switch (message.type) {
      case 'joined':
        this.#participant = {
          id: message.participantId,
          secret: message.resumeSecret ?? this.#participant?.secret ?? '',
          seq: message.seq,
        };
        return;
      case 'media-session':
        if (message.session !== this.#session) this.#open.clear();
        this.#session = message.session;
        return;
      case 'offer':
        this.#open.set(message.offerId, message.sdp);
        return;
      case 'answer':
        this.#published = message.tracks.length;
        return;
    }
  }

  #judge(message: ClientMessage, frame: string, now: number): void {
    const verdicts = this.#verdicts;
    if (message.type === 'join') {
      this.#judgeJoin(message, frame);
      return;
    }
    if (this.#joined === undefined) {
      verdicts.fail('join-first', `it sent ${message.type} before join`, frame);
      return;
    }
    if ('roomId' in message && message.roomId !== undefined && message.roomId !== this.#joined.roomId)
      verdicts.fail('own-room', `it named ${message.roomId} in ${this.#joined.roomId}`, frame);
    else verdicts.pass('own-room');
    if (isAboutMedia(message) && this.#joined.recovers === true) {
      if (message.session === undefined)
        verdicts.fail('session-number', `${message.type} names no session`, frame);
      else verdicts.pass('session-number');
    }
    switch (message.type) {
      case 'offer':
      case 'start-screen-share':
        this.#judgeOffer(message.sdp, frame);
        return;
      case 'answer':
        this.#judgeAnswer(message, frame);
        return;
      case 'chat':
        if (!this.#buckets.chat.take(now))
          verdicts.fail('message-rate', `more than ${CHAT_TEXTS.rate} chat texts a second`, frame);
        return;
    }
  }

  #judgeJoin(join: MessageOf<'join'>, frame: string): void {
    const verdicts = this.#verdicts;
    if (this.#joined !== undefined) verdicts.fail('join-first', 'it joined twice on one socket', frame);
    else verdicts.pass('join-first');
    this.#joined = join;
    this.#room ??= join.roomId;
    if (join.roomId !== this.#room) verdicts.fail('own-room', `it came back to ${join.roomId}`, frame);
    const { resume } = join;
    const was = this.#participant;
    if (resume === undefined || was === undefined) return;
    if (resume.participantId !== was.id) verdicts.fail('resume', `it was ${was.id}`, frame);
    else if (resume.secret !== was.secret)
      verdicts.fail('resume', 'the secret is not the one it was given', frame);
    else if (resume.seq !== was.seq)
      verdicts.fail('resume', `the last event it was sent has the seq ${was.seq}`, frame);
    else verdicts.pass('resume');
  }

  #judgeOffer(sdp: string, frame: string): void {
    const id = sessionOf(sdp);
    const fault = offerFault(sdp, this.#offers.get(id));
    if (fault === undefined) this.#verdicts.pass('offer-sdp');
    else this.#verdicts.fail('offer-sdp', fault, frame);
    this.#offers.set(id, sdp);
  }

  #judgeAnswer({ offerId, sdp }: MessageOf<'answer'>, frame: string): void {
    const verdicts = this.#verdicts;
    const [oldest] = this.#open.keys();
    const offered = this.#open.get(offerId) ?? this.#answered.get(offerId);
    if (offered === undefined) {
      verdicts.fail('answer-order', `there is no offer ${offerId}`, frame);
      return;
    }
    // What was offered again, because its answer may have been lost, is answered again.
    if (oldest !== undefined && oldest !== offerId && this.#open.has(offerId))
      verdicts.fail('answer-order', `offer ${oldest} came before ${offerId}`, frame);
    else verdicts.pass('answer-order');
    this.#open.delete(offerId);
    this.#answered.set(offerId, offered);
    const fault = answerFault(sdp, offered);
    if (fault === undefined) verdicts.pass('answer-sdp');
    else verdicts.fail('answer-sdp', fault, frame);
  }
}

function isAboutMedia(
  message: ClientMessage,
): message is MessageOf<'offer' | 'answer' | 'start-screen-share'> {
  return message.type === 'offer' || message.type === 'answer' || message.type === 'start-screen-share';
}

function bucketsAt(now: number) {
  return {
    messages: new TokenBucket(CLIENT_MESSAGES, now),
    volume: new TokenBucket(CLIENT_VOLUME, now),
    chat: new TokenBucket(CHAT_TEXTS, now),
  };
}
