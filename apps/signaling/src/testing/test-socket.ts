import { exports } from 'cloudflare:workers';

const ORIGIN = 'http://parley.test';

/** Asks the Worker as a client would. */
export function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
}

/** A WebSocket to the Worker that keeps what it receives. */
export class TestSocket {
  readonly #socket: WebSocket;
  readonly #received: Record<string, unknown>[] = [];
  #closed: { code: number; reason: string } | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.accept();
    socket.addEventListener('message', ({ data }) => {
      const message = data === 'pong' ? { type: 'pong' } : JSON.parse(String(data));
      this.#received.push(message as Record<string, unknown>);
      this.#wake();
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.#closed = { code, reason };
      this.#wake();
    });
  }

  /** Opens a socket; the refusal is thrown as the response when there is one. */
  static async open(path: string, headers: Record<string, string> = {}): Promise<TestSocket> {
    const response = await ask(path, { headers: { Upgrade: 'websocket', ...headers } });
    if (response.webSocket === null) throw response;
    return new TestSocket(response.webSocket);
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  close(code = 1000): void {
    this.#socket.close(code, '');
  }

  /** The next message of a type; those before it are dropped. */
  async next(type: string): Promise<Record<string, unknown>> {
    return this.#until(`a message ${type}`, () => {
      const index = this.#received.findIndex((message) => message['type'] === type);
      return index === -1 ? undefined : this.#received.splice(0, index + 1).at(-1);
    });
  }

  /** The next message of any of some types; those before it are dropped. */
  any(types: readonly string[]): Promise<Record<string, unknown>> {
    return this.#until(`one of ${types.join(', ')}`, () => {
      const index = this.#received.findIndex((message) => types.includes(String(message['type'])));
      return index === -1 ? undefined : this.#received.splice(0, index + 1).at(-1);
    });
  }

  /** The next error with this code; what comes before it is dropped. */
  error(code: string): Promise<Record<string, unknown>> {
    return this.#until(`an error ${code}`, () => {
      const index = this.#received.findIndex((message) => message['code'] === code);
      return index === -1 ? undefined : this.#received.splice(0, index + 1).at(-1);
    });
  }

  /** The close that the server sent. */
  closed(): Promise<{ code: number; reason: string }> {
    return this.#until('the close', () => this.#closed);
  }

  /** What has come and was not taken. */
  get left(): Record<string, unknown>[] {
    return [...this.#received];
  }

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) {
        throw new Error(
          `${what} did not come; there is ${JSON.stringify(this.#received)}, closed: ${JSON.stringify(this.#closed)}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, left);
      });
    }
  }
}

/** The status and code with which a socket is refused. */
export async function refusal(path: string, token?: string): Promise<[number, string]> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  try {
    await TestSocket.open(path, headers);
  } catch (error) {
    if (error instanceof Response) return [error.status, (await error.json<{ code: string }>()).code];
    throw error;
  }
  throw new Error(`${path} let the socket in`);
}

/** Opens a client's socket and joins, with further fields of `join`. */
export async function joinRoom(room: string, name: string, path = `/ws?room=${room}`, fields: object = {}) {
  const socket = await TestSocket.open(path);
  socket.send({ type: 'join', roomId: room, participantName: name, ...fields });
  const joined = await socket.next('joined');
  return { socket, joined, participantId: String(joined['participantId']) };
}
