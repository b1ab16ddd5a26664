import { WebSocket } from 'ws';

type Message = Record<string, unknown>;

/** How long anything may take, ms. */
const PATIENCE_MS = 30_000;

/** A participant who is a socket to its Room and nothing else. */
export class SignalClient {
  readonly #socket: WebSocket;
  readonly #roomId: string;
  readonly #waiting = new Map<string, (message: Message) => void>();
  /** From the sending of `join` until `joined` came, ms. */
  joinMs = 0;
  /** Hears every chat. */
  onChat: (text: string) => void = () => undefined;

  private constructor(socket: WebSocket, roomId: string) {
    this.#socket = socket;
    this.#roomId = roomId;
    socket.on('message', (data) => this.#take(JSON.parse(data.toString()) as Message));
    socket.on('error', () => undefined);
  }

  /** @throws {Error} with the server's reason, or that it took too long */
  static async join(url: string, roomId: string, name: string): Promise<SignalClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?room=${roomId}`, {
      perMessageDeflate: false,
      handshakeTimeout: PATIENCE_MS,
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const client = new SignalClient(socket, roomId);
    const start = performance.now();
    const joined = client.next('joined');
    client.send({ type: 'join', participantName: name, requestOffers: false });
    await joined;
    client.joinMs = performance.now() - start;
    return client;
  }

  send(message: Message): void {
    this.#socket.send(JSON.stringify({ ...message, roomId: this.#roomId }));
  }

  /** The next message of a type. */
  async next(type: string): Promise<Message> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    this.#waiting.set(type, resolve);
    const fail = (why: string) => reject(new Error(`${type} did not come: ${why}`));
    this.#waiting.set('error', ({ message }) => fail(String(message)));
    const timer = setTimeout(() => fail(`not within ${PATIENCE_MS} ms`), PATIENCE_MS);
    const closed = () => fail('the socket was closed');
    this.#socket.once('close', closed);
    return await promise.finally(() => {
      clearTimeout(timer);
      this.#socket.off('close', closed);
      this.#waiting.delete(type);
    });
  }

  /** Leaves, and waits until the server has closed the socket. */
  async leave(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.send({ type: 'leave' });
    await closed;
  }

  #take(message: Message): void {
    const type = String(message['type']);
    if (type === 'chat') this.onChat(String(message['text']));
    this.#waiting.get(type)?.(message);
  }
}
