import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebhookEvent } from '@parley/protocol/webhook';
import { verifyWebhook } from '@parley/server/verify-webhook';

/** The key with which the edge under proof signs. */
export const KEY = { id: 'proof', secret: 'the-secret-of-the-proof-of-webhooks-0' };

/** A customer's server that takes events, and may be down. It checks each signature, and answers 401 where one is wrong. */
export class Receiver {
  /** Events as they came, those that came again left out. */
  readonly events: WebhookEvent[] = [];
  /** Requests that were refused for what they said, and why. */
  readonly wrong: string[] = [];
  /** How often an event came again. */
  again = 0;
  readonly #port: number;
  readonly #ids = new Set<string>();
  #server: Server | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  async up(): Promise<void> {
    this.#server = createServer((request, response) => void this.#take(request, response));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Is gone with all its connections. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await text(request);
      const event = WebhookEvent.parse(await verifyWebhook(body, request.headers.authorization, [KEY]));
      if (this.#ids.has(event.id)) this.again += 1;
      else this.events.push(event);
      this.#ids.add(event.id);
      response.writeHead(204).end();
    } catch (error) {
      // Cut off while it spoke, as everybody is when this goes down.
      if (this.#server === undefined) return;
      this.wrong.push(String(error));
      response.writeHead(401).end();
    }
  }
}
