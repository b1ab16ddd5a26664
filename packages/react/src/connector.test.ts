import type { Call } from '@parley/client/call';
import { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
import type { ConnectOptions } from '@parley/client/connect';
import { expect, it } from 'vitest';
import { Connector } from './connector.ts';

/** A call that can only end. */
class Stand {
  left = 0;
  #closed: ((end: CallEnd) => void) | undefined;

  on(name: string, listener: (end: CallEnd) => void): () => void {
    if (name !== 'closed') throw new Error(`nobody tells of ${name}`);
    this.#closed = listener;
    return () => {
      this.#closed = undefined;
    };
  }

  leave(): void {
    this.left += 1;
    this.end({ reason: 'left' });
  }

  end(end: CallEnd): void {
    this.#closed?.(end);
  }

  asCall(): Call {
    return this as unknown as Call;
  }
}

/** A connector whose server the test plays. */
function connectorOf() {
  const attempts: (PromiseWithResolvers<Call> & { options: ConnectOptions })[] = [];
  const connector = new Connector((_url, options) => {
    const attempt = Promise.withResolvers<Call>();
    attempts.push({ ...attempt, options });
    options.signal?.addEventListener('abort', () => attempt.reject(new CallError('aborted', 'Cancelled.')));
    return attempt.promise;
  });
  const states: string[] = [];
  connector.subscribe(() => states.push(connector.current().state));
  const join = () => {
    const joined = connector.join('http://server', { room: 'room', name: 'Ada' });
    const attempt = attempts.at(-1);
    if (attempt === undefined) throw new Error('join() did not connect');
    return { joined, attempt };
  };
  return { connector, states, join };
}

it('goes from waiting to joined to the end of the call', async () => {
  const { connector, states, join } = connectorOf();
  const { joined, attempt } = join();
  attempt.options.onWaiting?.();
  const stand = new Stand();
  attempt.resolve(stand.asCall());
  expect(await joined).toBe(stand);
  expect(connector.current()).toEqual({ state: 'joined', call: stand });
  stand.end({ reason: 'kicked' });
  expect(connector.current()).toEqual({ state: 'ended', end: { reason: 'kicked' } });
  expect(states).toEqual(['joining', 'waiting', 'joined', 'ended']);
});

it('keeps why it came to nothing, also while it tries again', async () => {
  const { connector, join } = connectorOf();
  const full = new CallError('room_full', 'The room is full.');
  const { joined, attempt } = join();
  attempt.reject(full);
  expect(await joined).toBeUndefined();
  expect(connector.current()).toEqual({ state: 'ended', end: full });
  join();
  expect(connector.current()).toEqual({ state: 'joining', last: full });
});

it('gives up joining without a word', async () => {
  const { connector, states, join } = connectorOf();
  const { joined, attempt } = join();
  connector.reset();
  expect(attempt.options.signal?.aborted).toBe(true);
  expect(await joined).toBeUndefined();
  attempt.options.onWaiting?.();
  expect(states).toEqual(['joining', 'idle']);
});

it('leaves a call that it was let into at the moment it gave up', async () => {
  const { connector, join } = connectorOf();
  const { joined, attempt } = join();
  const stand = new Stand();
  attempt.resolve(stand.asCall());
  connector.reset();
  expect(await joined).toBeUndefined();
  expect(stand.left).toBe(1);
  expect(connector.current().state).toBe('idle');
});

it('leaves the call before it joins another', async () => {
  const { connector, states, join } = connectorOf();
  const first = join();
  const stand = new Stand();
  first.attempt.resolve(stand.asCall());
  await first.joined;
  const second = join();
  expect(stand.left).toBe(1);
  const next = new Stand();
  second.attempt.resolve(next.asCall());
  await second.joined;
  stand.end({ reason: 'kicked' });
  expect(connector.current()).toEqual({ state: 'joined', call: next });
  expect(states).toEqual(['joining', 'joined', 'joining', 'joined']);
});

it('takes only the last of two wishes', async () => {
  const { connector, join } = connectorOf();
  const first = join();
  const second = join();
  expect(await first.joined).toBeUndefined();
  const stand = new Stand();
  second.attempt.resolve(stand.asCall());
  await second.joined;
  expect(connector.current()).toEqual({ state: 'joined', call: stand });
});

it('is idle again after a mistake of the application, which hears of it', async () => {
  const { connector, join } = connectorOf();
  const { joined, attempt } = join();
  attempt.reject(new TypeError('Invalid URL'));
  await expect(joined).rejects.toThrow('Invalid URL');
  expect(connector.current().state).toBe('idle');
});
