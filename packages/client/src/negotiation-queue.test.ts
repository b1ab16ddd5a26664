import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallError } from './call-error.ts';
import { type Change, NegotiationQueue } from './negotiation-queue.ts';

interface Named extends Change {
  name: string;
}
const offer = (name: string): Named => ({ messageType: 'offer', name });
const screen = (name: string): Named => ({ messageType: 'start-screen-share', name });

/** A queue whose offers are answered by hand. */
function manual() {
  const offers: { names: string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const queue = new NegotiationQueue<Named>(
    (changes) =>
      new Promise((answer, fail) => {
        offers.push({ names: changes.map(({ name }) => name), answer, fail });
      }),
  );
  return { queue, offers };
}
const tick = () => new Promise((resolve) => setTimeout(resolve));

describe('NegotiationQueue', () => {
  it('puts what is changed in one go into one offer', async () => {
    const { queue, offers } = manual();
    const both = Promise.all([queue.add(offer('camera')), queue.add(offer('microphone'))]);
    await tick();
    expect(offers.map(({ names }) => names)).toEqual([['camera', 'microphone']]);
    offers[0]?.answer();
    await both;
  });

  it('has one offer in flight and merges what waits, but for another kind of message', async () => {
    const { queue, offers } = manual();
    const all = [queue.add(offer('a'))];
    await tick();
    all.push(queue.add(offer('b')), queue.add(offer('c')), queue.add(screen('d')), queue.add(offer('e')));
    await tick();
    expect(offers).toHaveLength(1);
    for (let i = 0; i < 4; i++) {
      offers[i]?.answer();
      await tick();
    }
    await Promise.all(all);
    expect(offers.map(({ names }) => names)).toEqual([['a'], ['b', 'c'], ['d'], ['e']]);
  });

  it('goes on after a failure, which only those concerned hear of', async () => {
    const { queue, offers } = manual();
    const first = queue.add(offer('a'));
    await tick();
    const second = queue.add(offer('b'));
    offers[0]?.fail(new Error('no codec'));
    await expect(first).rejects.toThrow('no codec');
    await tick();
    offers[1]?.answer();
    await expect(second).resolves.toBeUndefined();
  });

  it('rejects what is in flight, what waits, and what comes later, when it is closed', async () => {
    const { queue } = manual();
    const ended = new CallError('call_ended', 'over');
    const inFlight = queue.add(offer('in flight'));
    await tick();
    const waiting = queue.add(offer('waiting'));
    queue.close(ended);
    await expect(inFlight).rejects.toBe(ended);
    await expect(waiting).rejects.toBe(ended);
    await expect(queue.add(offer('late'))).rejects.toBe(ended);
  });

  it('carries every change once and in order, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 12 }), async (changes) => {
        const carried: Named[] = [];
        let inFlight = 0;
        const queue = new NegotiationQueue<Named>(async (batch) => {
          inFlight += 1;
          expect(inFlight).toBe(1);
          expect(new Set(batch.map(({ messageType }) => messageType)).size).toBe(1);
          await tick();
          carried.push(...batch);
          inFlight -= 1;
        });
        const done: Promise<void>[] = [];
        for (const [index, [isScreen, pause]] of changes.entries()) {
          done.push(queue.add(isScreen ? screen(String(index)) : offer(String(index))));
          if (pause) await tick();
        }
        await Promise.all(done);
        expect(carried.map(({ name }) => name)).toEqual(changes.map((_, index) => String(index)));
      }),
      { numRuns: 30 },
    );
  });
});
