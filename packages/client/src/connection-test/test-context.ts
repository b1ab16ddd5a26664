import type { Token } from '../signaling.ts';
import type { CallProblem, CheckName } from './result.ts';
import { TestCall, type TestCallOptions } from './test-call.ts';
import { TestPicture } from './test-picture.ts';
import { TestTone } from './test-tone.ts';

/** What the checks of one test share, and what is closed with it. */
export interface TestContext {
  readonly url: URL;
  readonly room: string;
  /** Ends the running check. */
  readonly signal: AbortSignal;
  readonly wants: ReadonlySet<CheckName>;
  /** Whether a second participant may come: not with the token of one person. */
  readonly isPair: boolean;
  readonly tone: TestTone;
  readonly picture: TestPicture;
  /** TURN servers and their credentials, once a call has been told. */
  iceServers: readonly RTCIceServer[];
  /** The two that stay until the end. */
  sender: TestCall | undefined;
  receiver: TestCall | undefined;
  join(
    role: 'sender' | 'receiver',
    options?: Pick<TestCallOptions, 'probe' | 'iceTransportPolicy' | 'relay'>,
  ): Promise<TestCall | CallProblem>;
}

export interface TestContextOptions {
  readonly url: URL;
  readonly room: string;
  readonly wants: ReadonlySet<CheckName>;
  readonly token?: Token;
  readonly receiverToken?: Token;
}

/** The context, and its end. */
export class SharedContext implements TestContext {
  readonly url: URL;
  readonly room: string;
  readonly wants: ReadonlySet<CheckName>;
  readonly isPair: boolean;
  signal: AbortSignal = new AbortController().signal;
  iceServers: readonly RTCIceServer[] = [];
  sender: TestCall | undefined;
  receiver: TestCall | undefined;
  readonly #tokens: { readonly sender: Token | undefined; readonly receiver: Token | undefined };
  readonly #calls = new Set<TestCall>();
  #tone: TestTone | undefined;
  #picture: TestPicture | undefined;

  constructor({ url, room, wants, token, receiverToken }: TestContextOptions) {
    this.url = url;
    this.room = room;
    this.wants = wants;
    this.#tokens = { sender: token, receiver: receiverToken };
    this.isPair = token === undefined || receiverToken !== undefined;
  }

  get tone(): TestTone {
    this.#tone ??= new TestTone();
    return this.#tone;
  }

  get picture(): TestPicture {
    this.#picture ??= new TestPicture();
    return this.#picture;
  }

  async join(
    role: 'sender' | 'receiver',
    options: Pick<TestCallOptions, 'probe' | 'iceTransportPolicy' | 'relay'> = {},
  ): Promise<TestCall | CallProblem> {
    const { url, room, signal } = this;
    const token = this.#tokens[role];
    const name = `Connection test (${role})`;
    const joined = await TestCall.join({
      ...options,
      url,
      room,
      name,
      signal,
      ...(token !== undefined && { token }),
    });
    if (!(joined instanceof TestCall)) return joined;
    this.#calls.add(joined);
    this.iceServers = joined.call.media.iceServers;
    return joined;
  }

  /** Leaves the room and ends everything. */
  close(): void {
    for (const call of this.#calls) call.leave();
    this.#tone?.close();
    this.#picture?.close();
  }
}
