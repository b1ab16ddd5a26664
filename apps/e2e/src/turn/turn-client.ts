import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const COOKIE = Buffer.from('2112a442', 'hex');
const METHOD = { allocate: 0x0003, createPermission: 0x0008, channelBind: 0x0009 } as const;
const SEND_INDICATION = 0x0016;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  channelNumber: 0x000c,
  peerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  addressFamily: 0x0017,
  transport: 0x0019,
} as const;

interface Attribute {
  type: number;
  value: Buffer;
}

interface Server {
  host: string;
  port: number;
}

interface Credentials {
  username: string;
  credential: string;
}

/** An allocation on a TURN server over UDP, by hand (RFC 8656): a browser does not say what it was refused. */
export class TurnClient {
  readonly #socket: Socket;
  readonly #server: Server;
  readonly #credentials: Credentials;
  readonly #answers = new Map<string, (message: Buffer) => void>();
  #realm: Buffer = Buffer.alloc(0);
  #nonce: Buffer = Buffer.alloc(0);
  #channel = 0x4000;

  private constructor(socket: Socket, server: Server, credentials: Credentials) {
    this.#socket = socket;
    this.#server = server;
    this.#credentials = credentials;
    socket.on('message', (message) => this.#answers.get(message.toString('hex', 8, 20))?.(message));
  }

  static async open(server: Server, credentials: Credentials): Promise<TurnClient> {
    const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4').bind();
    await once(socket, 'listening');
    return new TurnClient(socket, server, credentials);
  }

  /** Asks for a relay address. @returns 200, or the code of the refusal (RFC 8656 §19), as do the others */
  async allocate(family: 4 | 6): Promise<number> {
    const attributes = [
      { type: ATTRIBUTE.transport, value: Buffer.from([17, 0, 0, 0]) },
      { type: ATTRIBUTE.addressFamily, value: Buffer.from([family === 6 ? 2 : 1, 0, 0, 0]) },
    ];
    // The first is refused with the realm and nonce that the second needs.
    const challenge = read(await this.#exchange(METHOD.allocate, attributes, false));
    this.#realm = challenge.get(ATTRIBUTE.realm) ?? this.#realm;
    this.#nonce = challenge.get(ATTRIBUTE.nonce) ?? this.#nonce;
    return this.#request(METHOD.allocate, attributes);
  }

  permit(peer: string): Promise<number> {
    return this.#request(METHOD.createPermission, [], { host: peer, port: 9 });
  }

  bindChannel(peer: Server): Promise<number> {
    const value = Buffer.alloc(4);
    value.writeUInt16BE(this.#channel++);
    return this.#request(METHOD.channelBind, [{ type: ATTRIBUTE.channelNumber, value }], peer);
  }

  /** Has the server send data on, if it does: nothing answers. */
  send(peer: Server, data: string): void {
    const id = randomBytes(12);
    const attributes = [
      { type: ATTRIBUTE.peerAddress, value: xorAddress(peer, id) },
      { type: ATTRIBUTE.data, value: Buffer.from(data) },
    ];
    this.#socket.send(write(SEND_INDICATION, id, attributes), this.#server.port, this.#server.host);
  }

  close(): void {
    this.#socket.close();
  }

  async #request(method: number, attributes: Attribute[], peer?: Server): Promise<number> {
    const answer = await this.#exchange(method, attributes, true, peer);
    const error = read(answer).get(ATTRIBUTE.errorCode);
    return error === undefined ? 200 : error.readUInt8(2) * 100 + error.readUInt8(3);
  }

  async #exchange(
    method: number,
    attributes: Attribute[],
    isSigned: boolean,
    peer?: Server,
  ): Promise<Buffer> {
    const id = randomBytes(12);
    const all = [...attributes];
    if (peer !== undefined) all.push({ type: ATTRIBUTE.peerAddress, value: xorAddress(peer, id) });
    const message = isSigned ? this.#sign(method, id, all) : write(method, id, all);
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    this.#answers.set(id.toString('hex'), resolve);
    for (let attempt = 0; attempt < 5; attempt++) {
      this.#socket.send(message, this.#server.port, this.#server.host);
      const answer = await Promise.race([promise, sleep(1000, undefined, { ref: false })]);
      if (answer !== undefined) return answer;
    }
    throw new Error(`the TURN server at ${this.#server.host} does not answer`);
  }

  /** Long-term credentials (RFC 8489 §9.2). */
  #sign(method: number, id: Buffer, attributes: Attribute[]): Buffer {
    const { username, credential } = this.#credentials;
    const all = [
      ...attributes,
      { type: ATTRIBUTE.username, value: Buffer.from(username) },
      { type: ATTRIBUTE.realm, value: this.#realm },
      { type: ATTRIBUTE.nonce, value: this.#nonce },
    ];
    const key = createHash('md5').update(`${username}:${this.#realm.toString()}:${credential}`).digest();
    // Its length counts in what it signs, and itself does not.
    const unsigned = write(method, id, [...all, { type: ATTRIBUTE.integrity, value: Buffer.alloc(20) }]);
    const value = createHmac('sha1', key).update(unsigned.subarray(0, -24)).digest();
    return write(method, id, [...all, { type: ATTRIBUTE.integrity, value }]);
  }
}

/** A STUN message (RFC 8489 §5). */
function write(type: number, id: Buffer, attributes: Attribute[]): Buffer {
  const body = attributes.map(({ type, value }) => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(type);
    head.writeUInt16BE(value.length, 2);
    return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
  });
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type);
  head.writeUInt16BE(Buffer.concat(body).length, 2);
  return Buffer.concat([head, COOKIE, id, ...body]);
}

function read(message: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at < message.length; ) {
    const length = message.readUInt16BE(at + 2);
    attributes.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + length + (-length & 3);
  }
  return attributes;
}

/** RFC 8489 §14.2. */
function xorAddress({ host, port }: Server, id: Buffer): Buffer {
  const bytes = isIPv6(host) ? bytesOfIPv6(host) : host.split('.').map(Number);
  const mask = Buffer.concat([COOKIE, id]);
  const head = Buffer.from([0, isIPv6(host) ? 2 : 1, 0, 0]);
  head.writeUInt16BE(port ^ mask.readUInt16BE(0), 2);
  return Buffer.concat([head, Buffer.from(bytes.map((byte, i) => byte ^ mask.readUInt8(i)))]);
}

function bytesOfIPv6(host: string): number[] {
  // Written in one way only: without dots, and with zeros left out in one place.
  const [before = '', after = ''] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const words = (text: string) =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const zeros = new Array<number>(8 - words(before).length - words(after).length).fill(0);
  return [...words(before), ...zeros, ...words(after)].flatMap((word) => [word >> 8, word & 255]);
}
