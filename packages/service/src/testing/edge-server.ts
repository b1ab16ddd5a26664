import { createServer, type IncomingMessage, type Server } from 'node:http';
import { ENROL_PATH } from '@parley/protocol/fleet-messages';
import {
  ISSUER,
  JWKS_PATH,
  NODE_TOKEN_AUDIENCE,
  TOKEN_ALGORITHM,
  TOKEN_TYPES,
} from '@parley/protocol/tokens';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { type WebSocket, WebSocketServer } from 'ws';
import { listen, portOf } from '../listen.ts';
import { Inbox } from './inbox.ts';

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

/** Who may open a link: the audience of its token, and what is done with the socket, or the status that refuses it. */
export interface LinkDoor {
  audience: string;
  open(claims: JWTPayload): number | ((socket: WebSocket) => void);
}

/** An answer of the edge. */
export interface EdgeAnswer {
  status: number;
  body: unknown;
}

/** What processes of one kind say to the fleet. */
export interface FleetSide<M extends { type: string }> {
  path: string;
  /** Checks a message against the protocol. */
  parse(message: unknown): M;
}

/** An edge for tests: a real HTTP and WebSocket server that signs real tokens, with every decision left to the test. */
export class EdgeServer<M extends { type: string }> {
  readonly secret = 'the-enrolment-secret-of-the-test-edge';
  readonly key: TestKey;
  /** What processes said on their fleet sockets. */
  readonly fleetMessages = new Inbox<M>();
  /** HTTP status of each enrolment. */
  readonly enrolments = new Inbox<number>();
  /** Whether pings are answered. */
  answersPings = true;
  /** The status with which new fleet sockets are refused. */
  refusesFleet: number | undefined;
  readonly #side: FleetSide<M>;
  readonly #server: Server = createServer();
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #fleet = new Map<string, WebSocket>();

  constructor(key: TestKey, side: FleetSide<M>) {
    this.key = key;
    this.#side = side;
    this.#server.on('request', (request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    this.#server.on('upgrade', (request, socket, head) => {
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

  /** @param port by default any free one */
  async listen(port = 0): Promise<void> {
    await listen(this.#server, { host: '127.0.0.1', port, purpose: 'a test', settings: 'another port' });
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  /** Says something to a process of the fleet. */
  tell(nodeId: string, message: object): void {
    this.#fleet.get(nodeId)?.send(JSON.stringify(message));
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

  /** Signs a token that holds for `seconds`. */
  async sign(
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

  /** Who may open a socket at `path`, where that is not the fleet's. */
  protected linkAt(_path: string): LinkDoor | undefined {
    return undefined;
  }

  /** Answers what is neither enrolment nor the key set. */
  protected async respond(_request: IncomingMessage): Promise<EdgeAnswer> {
    return { status: 404, body: {} };
  }

  async #answer(request: IncomingMessage): Promise<EdgeAnswer> {
    if (request.url === JWKS_PATH) return { status: 200, body: { keys: [this.key.jwk] } };
    if (request.url !== ENROL_PATH || request.method !== 'POST') return await this.respond(request);
    const { nodeId } = JSON.parse(await bodyOf(request)) as { nodeId: string };
    const known = bearerOf(request) === this.secret;
    this.enrolments.push(known ? 200 : 401);
    if (!known) return { status: 401, body: { code: 'node_not_enrolled', detail: 'The secret is wrong.' } };
    const claims = { v: PROTOCOL_VERSION };
    const token = await this.sign(claims, TOKEN_TYPES.node, nodeId, NODE_TOKEN_AUDIENCE, 600);
    return { status: 200, body: { token, expiresIn: 600 } };
  }

  /** What to do with a socket, or the status that refuses it. */
  async #admit(request: IncomingMessage): Promise<number | ((socket: WebSocket) => void)> {
    const path = request.url?.split('?')[0] ?? '';
    const door = path === this.#side.path ? this.#fleetDoor() : this.linkAt(path);
    if (door === undefined) return 404;
    try {
      const expected = { issuer: ISSUER, audience: door.audience };
      const { payload } = await jwtVerify(bearerOf(request), this.key.publicKey, expected);
      return door.open(payload);
    } catch {
      return 401;
    }
  }

  #fleetDoor(): LinkDoor {
    return {
      audience: NODE_TOKEN_AUDIENCE,
      open: ({ sub }) => this.refusesFleet ?? ((socket) => this.#welcomeToFleet(socket, String(sub))),
    };
  }

  #welcomeToFleet(socket: WebSocket, nodeId: string): void {
    this.#fleet.set(nodeId, socket);
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === 'ping') return;
      const message = this.#side.parse(JSON.parse(text));
      this.fleetMessages.push(message);
      if (message.type === 'hello')
        socket.send(JSON.stringify({ type: 'welcome', version: PROTOCOL_VERSION }));
    });
  }
}

/** The token that a request shows. */
export function bearerOf(request: IncomingMessage): string {
  return request.headers.authorization?.replace(/^Bearer /, '') ?? '';
}

/** A request's body as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
