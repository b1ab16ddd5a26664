import { FLEET_PATH, NodeFleetMessage } from '@parley/protocol/fleet-messages';
import { openGrants } from '@parley/protocol/grants';
import {
  ASSIGNMENT_AUDIENCE,
  ISSUER,
  type TicketClaims,
  TOKEN_ALGORITHM,
  TOKEN_TYPES,
} from '@parley/protocol/tokens';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { EdgeServer, type LinkDoor, makeKey, type TestKey } from '@parley/service/testing/edge-server';
import { Inbox } from '@parley/service/testing/inbox';
import { SignJWT } from 'jose';
import { TestLink } from './test-link.ts';

/** What a test may want to be different about a ticket. */
export type TicketWishes = Partial<TicketClaims> & { key?: TestKey; typ?: string };

/** An edge for tests with the links of rooms. */
export class TestEdge extends EdgeServer<NodeFleetMessage> {
  /** Links, in the order in which they opened. */
  readonly links = new Inbox<TestLink>();
  /** Number of the latest session, by room and participant. */
  readonly sessions = new Map<string, number>();
  /** The status with which new links are refused. */
  refusesLinks: number | undefined;

  static async start(): Promise<TestEdge> {
    const fleet = { path: FLEET_PATH, parse: (message: unknown) => NodeFleetMessage.parse(message) };
    const edge = new TestEdge(await makeKey('test-key'), fleet);
    await edge.listen();
    return edge;
  }

  /** Gives a room to a node and waits for its link. */
  async assign(nodeId: string, roomId: string, epoch = 1): Promise<TestLink> {
    const from = this.links.count;
    await this.sendAssignment(nodeId, roomId, epoch);
    const opened = await this.links.next(
      (link) => link.roomId === roomId && link.epoch === epoch,
      `the link of ${roomId}`,
      { from },
    );
    await opened.hello();
    return opened;
  }

  /** Gives a room to a node. */
  async sendAssignment(nodeId: string, roomId: string, epoch: number): Promise<void> {
    const assignment = await this.assignment(nodeId, roomId, epoch);
    this.tell(nodeId, { type: 'assign', roomId, epoch, assignment });
  }

  /** Signs an assignment. */
  async assignment(nodeId: string, roomId: string, epoch: number): Promise<string> {
    const claims = { room: roomId, epoch, v: PROTOCOL_VERSION };
    return await this.sign(claims, TOKEN_TYPES.assignment, nodeId, ASSIGNMENT_AUDIENCE, 3600);
  }

  /** Signs a ticket that fits, but for what is wished. */
  async ticket(
    wishes: TicketWishes & Pick<TicketClaims, 'aud' | 'sub' | 'room' | 'session'>,
  ): Promise<string> {
    const { key = this.key, typ = TOKEN_TYPES.ticket, ...claims } = wishes;
    const now = Math.floor(Date.now() / 1000);
    const ticket = {
      epoch: 1,
      grants: openGrants(5_000_000),
      requestOffers: true,
      jti: crypto.randomUUID(),
      iat: now,
      exp: now + 60,
      v: PROTOCOL_VERSION,
      iss: ISSUER,
      ...claims,
    };
    return await new SignJWT(ticket)
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, kid: key.kid, typ })
      .sign(key.privateKey);
  }

  protected override linkAt(path: string): LinkDoor {
    const roomId = decodeURIComponent(path.split('/')[3] ?? '');
    return {
      audience: ASSIGNMENT_AUDIENCE,
      open: ({ sub, room, epoch }) => {
        if (this.refusesLinks !== undefined) return this.refusesLinks;
        if (room !== roomId) return 401;
        return (socket) => this.links.push(new TestLink(socket, this, String(sub), roomId, Number(epoch)));
      },
    };
  }
}
