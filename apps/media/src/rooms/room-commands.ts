import { aboutRequest } from '@parley/protocol/about-request';
import type { SessionRequest } from '@parley/protocol/client-messages';
import { type ErrorCode, ParleyError } from '@parley/protocol/errors';
import type { NodeLinkMessage } from '@parley/protocol/link-messages';
import type { RoomCommand } from '../links/room-link.ts';
import type { Carrier } from '../sessions/carrier.ts';
import type { SessionId } from '../sessions/session-context.ts';
import type { HostContext } from './host-context.ts';
import { ParticipantQueues } from './participant-queues.ts';
import { refusalOf } from './refusal.ts';
import type { RoomMedia } from './room-media.ts';
import type { SessionDoor } from './session-door.ts';

/** What the Room says about sessions and their media. */
export type MediaCommand = Exclude<RoomCommand, { type: 'close-room' }>;
type Command<T extends MediaCommand['type']> = Extract<MediaCommand, { type: T }>;

/** What the commands of a room work on. */
export interface CommandOptions {
  roomId: string;
  context: Pick<HostContext, 'verifier' | 'metrics' | 'events' | 'logger'>;
  media: RoomMedia;
  door: SessionDoor;
  epoch(): number;
  /** Tells the Room something. */
  tell(message: NodeLinkMessage): void;
}

/** Commands for one participant that may wait while its session opens. */
const MAX_WAITING = 64;

/** Does what the Room says over its link, each participant's commands in order. */
export class RoomCommands {
  readonly #options: CommandOptions;
  readonly #queues = new ParticipantQueues(MAX_WAITING);

  constructor(options: CommandOptions) {
    this.#options = options;
  }

  /** Does one command; failures are told to the Room or logged. */
  handle(command: MediaCommand): void {
    switch (command.type) {
      case 'open-session': {
        const epoch = this.#options.epoch();
        this.#enqueue(command, () => this.#open(command, epoch));
        return;
      }
      case 'session-request':
        this.#enqueue(command, () => this.#request(command));
        return;
      case 'close-session':
        this.#enqueue(command, () => this.#options.door.end(idOf(command)));
        return;
      case 'set-muted':
        this.#enqueue(command, () => this.#setMuted(command));
        return;
      case 'set-grants':
        this.#enqueue(command, () => this.#setGrants(command));
        return;
      case 'set-room-media':
        this.#options.media.setOptions(command.media).catch((error: unknown) => this.#failed(error));
        return;
      case 'capture':
        return this.#options.media.record(command.order);
      case 'end-capture':
        return this.#options.media.endRecord(command);
      case 'get-stats':
        void this.#sendStats(command);
        return;
      default:
        command satisfies never;
    }
  }

  #enqueue(
    command: Exclude<MediaCommand, Command<'get-stats' | 'set-room-media' | 'capture' | 'end-capture'>>,
    task: () => Promise<void> | void,
  ): void {
    const { media } = this.#options;
    const { participantId } = command;
    const done = this.#queues.run(participantId, async () => {
      if (!media.closed) await task();
    });
    if (done === undefined) {
      if ('session' in command) {
        this.#refuse(idOf(command), 'invalid_message', 'Too many messages at once; wait for answers.');
      }
      return;
    }
    done.catch((error: unknown) => this.#failed(error, participantId));
  }

  #failed(error: unknown, participantId?: string): void {
    const { roomId, context } = this.#options;
    const fields = { event: 'link-command-failed', roomId, participantId, err: error };
    context.logger.error(fields, 'a link command failed');
  }

  /** Opens a session whose client speaks through the Room, which said so in an epoch. */
  async #open(command: Command<'open-session'>, epoch: number): Promise<void> {
    const { roomId, context, door, tell } = this.#options;
    const id = idOf(command);
    let cid: string | undefined;
    try {
      const ticket = await context.verifier.verify(command.ticket);
      cid = ticket.cid;
      await door.admit(ticket, id, this.#relay(id));
    } catch (error) {
      const { code, message } = refusalOf(error, { cid, roomId, ...id }, context);
      // A newer link's hello has told the Room that there is no session: it has opened another by now.
      if (epoch === this.#options.epoch()) tell({ type: 'session-closed', ...id, code, message });
    }
  }

  #request(command: Command<'session-request'>): void {
    const session = this.#options.door.session(command);
    if (session !== undefined) {
      // A socket that its client had given up can have come after the relay that was asked for in its place.
      if (session.carrier.lost) session.attach(this.#relay(session.id));
      // Not waited for: the session has a queue of its own.
      void session.handle(command.message);
    } else {
      const message = 'This node does not hold the session; the Room opens another one.';
      this.#refuse(idOf(command), 'session_ended', message, command.message);
    }
  }

  #relay(id: SessionId): Carrier {
    return {
      kind: 'relay',
      lost: false,
      send: (message) => this.#options.tell({ type: 'session-event', ...id, message }),
      // The Room knows, and tells the client.
      close: () => undefined,
    };
  }

  /** Answers somebody without this session; the Room knows that there is none, and may be opening another. */
  #refuse(id: SessionId, code: ErrorCode, text: string, request?: SessionRequest): void {
    const message = { type: 'error' as const, code, message: text, ...(request && aboutRequest(request)) };
    this.#options.tell({ type: 'session-event', ...id, message });
  }

  async #setGrants(command: Command<'set-grants'>): Promise<void> {
    const { door, media } = this.#options;
    const session = door.session(command);
    if (session !== undefined) await media.room?.setGrants(session, command.grants);
  }

  async #setMuted({ participantId, trackId, muted }: Command<'set-muted'>): Promise<void> {
    try {
      await this.#options.media.room?.sessions.get(participantId)?.setMuted(trackId, muted);
    } catch (error) {
      // The track may have ended while the message was on its way.
      if (!(error instanceof ParleyError)) throw error;
    }
  }

  async #sendStats({ requestId, history }: Command<'get-stats'>): Promise<void> {
    const { room } = this.#options.media;
    const stats = (await room?.figures.all()) ?? { tracks: [], subscriptions: [] };
    const past = history && room?.history.read(history);
    this.#options.tell({ type: 'stats', requestId, stats: { ...stats, ...(past && { history: past }) } });
  }
}

function idOf({ participantId, session }: SessionId): SessionId {
  return { participantId, session };
}
