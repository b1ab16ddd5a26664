import type { RecorderAbilities, RecorderLoad } from '@parley/protocol/recording/recorder-api';
import { RECORDER_FLEET_PATH } from '@parley/protocol/recording/recorder-api';
import { recorderLinkPath } from '@parley/protocol/recording/recorder-link';
import { enrol, SECRET } from './test-node.ts';
import { TestSocket } from './test-socket.ts';

/** What an idle recorder carries. */
export const IDLE: RecorderLoad = { recordings: 0, tracks: 0, finishing: 0, cpu: 0, freeBytes: 1e12 };

/** Where a test's recorder takes media. */
export const TARGET = { ip: '127.0.0.1', port: 42_000 };

/** What the Fleet asks a recorder to record. */
export interface RecordOrder {
  roomId: string;
  recordingId: string;
  epoch: number;
  assignment: string;
}

/** Speaks a recorder's side of the protocol, without media: the edge's half is under test. */
export class TestRecorder {
  readonly recorderId: string;
  readonly fleet: TestSocket;
  readonly token: string;
  readonly incarnation: string;

  private constructor(recorderId: string, token: string, fleet: TestSocket, incarnation: string) {
    this.recorderId = recorderId;
    this.token = token;
    this.fleet = fleet;
    this.incarnation = incarnation;
  }

  static async start(
    recorderId = 'recorder-1',
    abilities: Partial<RecorderAbilities> = {},
    incarnation = 'i-1',
  ): Promise<TestRecorder> {
    const { token } = await (await enrol(recorderId, SECRET)).json<{ token: string }>();
    const fleet = await TestSocket.open(RECORDER_FLEET_PATH, { Authorization: `Bearer ${token}` });
    fleet.send({
      type: 'hello',
      version: 1,
      incarnation,
      abilities: { capture: true, finish: true, storage: 'disk', ...abilities },
      load: IDLE,
    });
    await fleet.next('welcome');
    return new TestRecorder(recorderId, token, fleet, incarnation);
  }

  /** The next room that it is to record. */
  async asked(): Promise<RecordOrder> {
    const { roomId, recordingId, epoch, assignment } = await this.fleet.next('record');
    return {
      roomId: String(roomId),
      recordingId: String(recordingId),
      epoch: Number(epoch),
      assignment: String(assignment),
    };
  }

  /** Opens a room's recorder link, and says nothing yet. */
  open({ roomId, assignment }: Pick<RecordOrder, 'roomId' | 'assignment'>): Promise<TestSocket> {
    return TestSocket.open(recorderLinkPath(roomId), { Authorization: `Bearer ${assignment}` });
  }

  /** Opens a room's recorder link and says hello. */
  async link(order: Pick<RecordOrder, 'roomId' | 'assignment'>): Promise<TestSocket> {
    const link = await this.open(order);
    link.send({ type: 'hello', version: 1, incarnation: this.incarnation, target: TARGET });
    return link;
  }

  /** Waits for the next room and records it. */
  async record(): Promise<{ link: TestSocket; order: RecordOrder; welcome: Record<string, unknown> }> {
    const order = await this.asked();
    const link = await this.link(order);
    return { link, order, welcome: await link.next('welcome') };
  }
}
