import type { IncomingMessage } from 'node:http';
import {
  type ClaimedPlan,
  ProgressRequest,
  RECORDER_FLEET_PATH,
  RecorderFleetMessage,
  ReportRequest,
} from '@parley/protocol/recording/recorder-api';
import { RecorderLinkMessage, type RoomRecorderMessage } from '@parley/protocol/recording/recorder-link';
import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { TOKEN_TYPES } from '@parley/protocol/tokens';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import {
  bearerOf,
  bodyOf,
  type EdgeAnswer,
  EdgeServer,
  type LinkDoor,
  makeKey,
} from '@parley/service/testing/edge-server';
import { Inbox } from '@parley/service/testing/inbox';
import type { WebSocket } from 'ws';

const AUDIENCE = 'recorder-link';

/** The Room object's end of a recorder's link. Every message is checked against the protocol. */
export class RoomEnd {
  readonly messages = new Inbox<RecorderLinkMessage>();
  readonly #socket: WebSocket;
  closed = false;

  constructor(socket: WebSocket, welcome: () => Promise<RoomRecorderMessage>) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === 'ping') return;
      const message = RecorderLinkMessage.parse(JSON.parse(text));
      if (message.type === 'hello') void welcome().then((greeting) => this.send(greeting));
      this.messages.push(message);
    });
    socket.on('close', () => {
      this.closed = true;
    });
  }

  send(message: RoomRecorderMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Cuts the socket, as a deploy does. */
  drop(): void {
    this.#socket.terminate();
  }

  close(code: number): void {
    this.#socket.close(code);
  }
}

/** An edge for tests with what recorders need of one. */
export class RecorderEdge extends EdgeServer<RecorderFleetMessage> {
  readonly links = new Inbox<RoomEnd>();
  readonly reports = new Inbox<ReportRequest & { recordingId: string }>();
  readonly progress = new Inbox<ProgressRequest & { recordingId: string }>();
  /** Recordings that finishers claimed. */
  readonly claims = new Inbox<string>();
  /** The status with which what recorders post is refused. */
  refusesPosts: number | undefined;
  /** How many were. */
  refusedPosts = 0;
  /** Whether claims come to nothing while all else is heard. */
  refusesClaims = false;
  /** Files that are refused when they are reported. */
  unwanted: string[] = [];
  /** What finishers are given, by recording. */
  readonly plans = new Map<string, ClaimedPlan>();
  /** Who is in the rooms. */
  participants: { participantId: string; name: string }[] = [];

  static async start(): Promise<RecorderEdge> {
    const parse = (message: unknown) => RecorderFleetMessage.parse(message);
    const edge = new RecorderEdge(await makeKey('test-key'), { path: RECORDER_FLEET_PATH, parse });
    await edge.listen();
    return edge;
  }

  /** Has a recorder record a room, and waits for its link. */
  async record(recorderId: string, recordingId: string, epoch = 1): Promise<RoomEnd> {
    const from = this.links.count;
    await this.order(recorderId, recordingId, epoch);
    return await this.links.next(() => true, `the link of ${recordingId}`, { from });
  }

  /** Has a recorder record a room. */
  async order(recorderId: string, recordingId: string, epoch: number): Promise<void> {
    const assignment = await this.assignment(recorderId, recordingId, epoch);
    const options = RecordingOptions.parse({});
    const roomId = `room-of-${recordingId}`;
    this.tell(recorderId, { type: 'record', roomId, recordingId, epoch, assignment, options });
  }

  /** What was reported of a recording, all together. */
  reported(recordingId: string) {
    const parts = this.reports.all.filter((report) => report.recordingId === recordingId);
    return {
      complete: parts.some(({ complete }) => complete),
      participants: parts.flatMap(({ part }) => part.participants),
      tracks: parts.flatMap(({ part }) => part.tracks),
      segments: parts.flatMap(({ part }) => part.segments),
      gaps: parts.flatMap(({ part }) => part.gaps),
    };
  }

  protected override linkAt(path: string): LinkDoor {
    const roomId = decodeURIComponent(path.split('/')[3] ?? '');
    return {
      audience: AUDIENCE,
      open: ({ sub, room, recording, epoch }) => {
        if (room !== roomId) return 401;
        return (socket) => {
          const [recorderId, recordingId] = [String(sub), String(recording)];
          const welcome = async (): Promise<RoomRecorderMessage> => ({
            type: 'welcome',
            version: PROTOCOL_VERSION,
            assignment: await this.assignment(recorderId, recordingId, Number(epoch)),
            recordingId,
            roomId,
            epoch: Number(epoch),
            options: RecordingOptions.parse({}),
            startedAt: Date.now(),
            participants: this.participants,
          });
          this.links.push(new RoomEnd(socket, welcome));
        };
      },
    };
  }

  protected override async respond(request: IncomingMessage): Promise<EdgeAnswer> {
    const [, recordingId = '', what] =
      /^\/internal\/recordings\/([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
    const body: unknown = JSON.parse(await bodyOf(request));
    if (bearerOf(request) === '') return { status: 401, body: {} };
    if (this.refusesPosts !== undefined) {
      this.refusedPosts += 1;
      return { status: this.refusesPosts, body: {} };
    }
    switch (what) {
      case 'report': {
        const report = ReportRequest.parse(body);
        this.reports.push({ ...report, recordingId });
        const files = report.part.segments.map(({ file }) => file);
        return { status: 200, body: { refused: files.filter((file) => this.unwanted.includes(file)) } };
      }
      case 'claim': {
        this.claims.push(recordingId);
        if (this.refusesClaims)
          return { status: 500, body: { code: 'internal', detail: 'The server failed.' } };
        const plan = this.plans.get(recordingId);
        return plan === undefined
          ? { status: 409, body: { code: 'superseded', detail: 'Somebody else has it.' } }
          : { status: 200, body: plan };
      }
      case 'progress':
        this.progress.push({ ...ProgressRequest.parse(body), recordingId });
        return { status: 200, body: {} };
      default:
        return { status: 404, body: {} };
    }
  }

  /** Signs an assignment. */
  async assignment(recorderId: string, recordingId: string, epoch: number): Promise<string> {
    const claims = { room: `room-of-${recordingId}`, recording: recordingId, epoch, v: PROTOCOL_VERSION };
    return await this.sign(claims, TOKEN_TYPES.recorder, recorderId, AUDIENCE, 3600);
  }
}
