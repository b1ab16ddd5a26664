import type { RoomWebhookEvent, WebhookEvent } from '@parley/protocol/webhook';
import { vi } from 'vitest';

/** One request that came. */
export interface ReceivedWebhook {
  url: string;
  headers: Headers;
  /** What was to become of a redirect. */
  redirect: string;
  body: string;
  event: WebhookEvent;
}

/** A customer's server: takes what the Worker posts, and answers as a test wants it to. */
export class TestReceiver {
  readonly received: ReceivedWebhook[] = [];
  /** What it answers; a rejection is a receiver that cannot be reached. Default 204. */
  answer: (request: ReceivedWebhook) => Response | Promise<Response> = () =>
    new Response(null, { status: 204 });

  /** Takes over what is posted anywhere until mocks are restored. */
  static start(): TestReceiver {
    const receiver = new TestReceiver();
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      const body = await request.text();
      const { url, headers, redirect } = request;
      const got = { url, headers, redirect, body, event: JSON.parse(body) };
      receiver.received.push(got);
      return await receiver.answer(got);
    });
    return receiver;
  }

  /** The events of a URL that came, in order, those that came twice once. */
  events(url: string): WebhookEvent[] {
    const all = this.received.filter((one) => one.url === url).map(({ event }) => event);
    return all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index);
  }

  /** Of them those that rooms tell. */
  roomEvents(url: string): RoomWebhookEvent[] {
    return this.events(url).filter((event) => event.event !== 'recording-finished');
  }
}
