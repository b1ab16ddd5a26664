import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ENROL_PATH, FLEET_PATH, NodeFleetMessage } from '@parley/protocol/fleet-messages';
import { openGrants } from '@parley/protocol/grants';
import {
  ASSIGNMENT_AUDIENCE,
  ISSUER,
  JWKS_PATH,
  NODE_TOKEN_AUDIENCE,
  type TicketClaims,
  TOKEN_ALGORITHM,
  TOKEN_TYPES,
} from '@parley/protocol/tokens';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import { type WebSocket, WebSocketServer } from 'ws';
import { Inbox } from './inbox.ts';
import { TestLink } from './test-link.ts';

/** A signing key with what the key set says of it. */
export interface TestKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: JWK;
}

/** Makes a key that no edge knows yet. */
export async function makeKey(kid: string): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { crv: 'Ed25519' });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: TOKEN_ALGORITHM, use: 'sig' };
  return { kid, privateKey, publicKey, jwk };
}

/** What a test may want to be different about a ticket. */
export type TicketWishes = Partial<TicketClaims> & { key?: TestKey; typ?: string };

/** An edge for tests: a real HTTP and WebSocket server that signs real tokens, with every decision left to the test. */
export class TestEdge {
  readonly secret = 'the-enrolment-secret-of-the-test-edge';
  readonly key: TestKey;
  /** What nodes said on their fleet sockets. */
  readonly fleetMessages = new Inbox<NodeFleetMessage>();
  /** Links, in the order in which they opened. */
  readonly links = new Inbox<TestLink>();
  /** HTTP status of each enrolment. */
  readonly enrolments = new Inbox<number>();
  /** Number of the latest session, by room and participant. */
  readonly sessions = new Map<string, number>();
  /** Whether pings are answered. */
  answersPings = true;
  /** The status with which new links are refused. */
  refusesLinks: number | undefined;
  /** The status with which new fleet sockets are refused. */
  refusesFleet: number | undefined;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #fleet = new Map<string, WebSocket>();

  private constructor(key: TestKey, server: Server) {
    this.key = key;
    this.#server = server;
    server.on('request', (request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    server.on('upgrade', (request, socket, head) => {
      void this.#admit(request).then((welcome) => {
        if (typeof welcome === 'number') {
          socket.end(`HTTP/1.1 ${welcome} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
          return;
        }
        this.#sockets.handleUpgrade(request, socket, head, (opened) => {
          opened.on('message', (data) => {
            if (data.toString() === 'ping' && this.answersPings) opened.send('pong');
          });
          welcome(opened);
        });
      });
    });
  }

  static async start(): Promise<TestEdge> {
    const edge = new TestEdge(await makeKey('test-key'), createServer());
    const { promise, resolve } = Promise.withResolvers<void>();
    edge.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return edge;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
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
    this.#fleet.get(nodeId)?.send(JSON.stringify({ type: 'assign', roomId, epoch, assignment }));
  }

  /** Signs an assignment. */
  async assignment(nodeId: string, roomId: string, epoch: number): Promise<string> {
    const claims = { room: roomId, epoch, v: PROTOCOL_VERSION };
    return await this.#sign(claims, TOKEN_TYPES.assignment, nodeId, ASSIGNMENT_AUDIENCE, 3600);
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

  /** Cuts every fleet socket, as a deploy does. */
  dropFleet(): void {
    for (const socket of this.#fleet.values()) socket.terminate();
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    if (request.url === JWKS_PATH) return { status: 200, body: { keys: [this.key.jwk] } };
    if (request.url !== ENROL_PATH || request.method !== 'POST') return { status: 404, body: {} };
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const known = bearer(request) === this.secret;
    this.enrolments.push(known ? 200 : 401);
    if (!known) return { status: 401, body: { code: 'node_not_enrolled', detail: 'The secret is wrong.' } };
    const { nodeId } = JSON.parse(text) as { nodeId: string };
    const claims = { v: PROTOCOL_VERSION };
    const token = await this.#sign(claims, TOKEN_TYPES.node, nodeId, NODE_TOKEN_AUDIENCE, 600);
    return { status: 200, body: { token, expiresIn: 600 } };
  }

  /** What to do with a socket, or the status that refuses it. */
  async #admit(request: IncomingMessage): Promise<number | ((socket: WebSocket) => void)> {
    const path = request.url?.split('?')[0] ?? '';
    const isFleet = path === FLEET_PATH;
    try {
      const { payload } = await jwtVerify(bearer(request), this.key.publicKey, {
        issuer: ISSUER,
        audience: isFleet ? NODE_TOKEN_AUDIENCE : ASSIGNMENT_AUDIENCE,
      });
      const refusal = isFleet ? this.refusesFleet : this.refusesLinks;
      if (refusal !== undefined) return refusal;
      if (isFleet) return (socket) => this.#welcomeToFleet(socket, String(payload.sub));
      const roomId = decodeURIComponent(path.split('/')[3] ?? '');
      if (payload['room'] !== roomId) return 401;
      return (socket) =>
        this.links.push(new TestLink(socket, this, String(payload.sub), roomId, Number(payload['epoch'])));
    } catch {
      return 401;
    }
  }

  #welcomeToFleet(socket: WebSocket, nodeId: string): void {
    this.#fleet.set(nodeId, socket);
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === 'ping') return;
      const message = NodeFleetMessage.parse(JSON.parse(text));
      this.fleetMessages.push(message);
      if (message.type === 'hello')
        socket.send(JSON.stringify({ type: 'welcome', version: PROTOCOL_VERSION }));
    });
  }

  async #sign(
    claims: object,
    typ: string,
    subject: string,
    audience: string,
    seconds: number,
  ): Promise<string> {
    return await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, kid: this.key.kid, typ })
      .setIssuer(ISSUER)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(this.key.privateKey);
  }
}

function bearer(request: IncomingMessage): string {
  return request.headers.authorization?.replace(/^Bearer /, '') ?? '';
}
