import { inject } from 'vitest';

type Message = Record<string, unknown>;

/** A client in this process that speaks the protocol by hand. */
export class RawClient {
  readonly #socket: WebSocket;
  readonly #received: Message[] = [];
  #closed: { code: number; reason: string } | undefined;
  #wake: () => void = () => undefined;
  participantId = '';
  /** Gets every message besides those who wait for it. */
  onMessage: (message: Message) => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      this.#received.push(message);
      this.onMessage(message);
      this.#wake();
    };
    socket.onclose = ({ code, reason }) => {
      this.#closed = { code, reason };
      this.#wake();
    };
  }

  static async open(path = '/ws'): Promise<RawClient> {
    const socket = new WebSocket(`${inject('url').replace('http', 'ws')}${path}`);
    const client = new RawClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error(`no socket at ${path}`));
    });
    return client;
  }

  static async join(room: string, name: string, options: Message = {}): Promise<RawClient> {
    const client = await RawClient.open();
    client.send({ type: 'join', roomId: room, participantName: name, ...options });
    client.participantId = String((await client.next('joined'))['participantId']);
    return client;
  }

  send(message: Message): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The first message of a type that has not been taken, now or within `seconds`. */
  next(type: string, seconds = 10): Promise<Message> {
    return this.#until(seconds, `a message ${type}`, () => {
      const index = this.#received.findIndex((message) => message['type'] === type);
      return index === -1 ? undefined : this.#received.splice(index, 1)[0];
    });
  }

  /** The close that the server sent. */
  closed(seconds = 10): Promise<{ code: number; reason: string }> {
    return this.#until(seconds, 'the close', () => this.#closed);
  }

  /** What came and was not taken. */
  get left(): readonly Message[] {
    return this.#received;
  }

  close(): void {
    this.#socket.close();
  }

  async #until<T>(seconds: number, what: string, look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) {
        const there = this.#received.map((message) => message['code'] ?? message['type']).join(', ');
        throw new Error(
          `${what} did not come; there is: ${there || 'nothing'}; closed: ${this.#closed?.code}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, left);
      });
    }
  }
}
