import { ENROL_PATH, FLEET_PATH } from '@parley/protocol/fleet-messages';
import { linkPath } from '@parley/protocol/link-messages';
import { ask, TestSocket } from './test-socket.ts';

export const SECRET = 'the-enrolment-secret-of-tests';

export function enrol(nodeId: string, secret: string): Promise<Response> {
  return ask(ENROL_PATH, {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}` },
    body: JSON.stringify({ nodeId, version: 1 }),
  });
}

/** Speaks a media node's side of the protocol, without media: the edge's half is under test. */
export class TestNode {
  readonly nodeId: string;
  readonly fleet: TestSocket;
  readonly token: string;

  readonly #incarnation: string;
  readonly #publicUrl: string | undefined;

  private constructor(
    nodeId: string,
    token: string,
    fleet: TestSocket,
    incarnation: string,
    publicUrl: string | undefined,
  ) {
    this.#incarnation = incarnation;
    this.#publicUrl = publicUrl;
    this.nodeId = nodeId;
    this.token = token;
    this.fleet = fleet;
  }

  static async start(
    nodeId = 'node-1',
    publicUrl?: string,
    incarnation = 'i-1',
    region?: string,
  ): Promise<TestNode> {
    const { token } = await (await enrol(nodeId, SECRET)).json<{ token: string }>();
    const fleet = await TestSocket.open(
      region === undefined ? FLEET_PATH : `${FLEET_PATH}?region=${region}`,
      { Authorization: `Bearer ${token}` },
    );
    const load = { rooms: 0, participants: 0, cpu: 0 };
    fleet.send({ type: 'hello', version: 1, incarnation, load });
    await fleet.next('welcome');
    return new TestNode(nodeId, token, fleet, incarnation, publicUrl);
  }

  /** The next assignment that the Fleet sends. */
  async assigned(): Promise<{ roomId: string; epoch: number; assignment: string }> {
    const { roomId, epoch, assignment } = await this.fleet.next('assign');
    return { roomId: String(roomId), epoch: Number(epoch), assignment: String(assignment) };
  }

  /** Opens a room's link and says hello. */
  async link(roomId: string, assignment: string, sessions: unknown[] = []): Promise<TestSocket> {
    const link = await TestSocket.open(linkPath(roomId), { Authorization: `Bearer ${assignment}` });
    link.send({
      type: 'hello',
      version: 1,
      incarnation: this.#incarnation,
      publicUrl: this.#publicUrl,
      sessions,
    });
    await link.next('welcome');
    return link;
  }

  /** Waits for the next room and serves it. */
  async serve(): Promise<{ link: TestSocket; roomId: string; epoch: number; assignment: string }> {
    const { roomId, epoch, assignment } = await this.assigned();
    return { link: await this.link(roomId, assignment), roomId, epoch, assignment };
  }
}
