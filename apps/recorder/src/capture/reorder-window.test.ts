import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReorderWindow, WAIT_MS } from './reorder-window.ts';

function window() {
  const given: number[] = [];
  const lost: number[] = [];
  let restarts = 0;
  const reorder = new ReorderWindow<number>({
    onPacket(packet, _sequence, before) {
      given.push(packet);
      lost.push(before);
    },
    onRestart: () => {
      restarts += 1;
    },
  });
  return { reorder, given, lost, restarts: () => restarts };
}

test('what comes in order goes through at once, also over the wrap', () => {
  const { reorder, given } = window();
  for (const sequence of [65_534, 65_535, 0, 1]) reorder.push(sequence, sequence, 0);
  expect(given).toEqual([65_534, 65_535, 0, 1]);
  expect(reorder.tick(1000)).toEqual([]);
});

test('asks for what is missing after a moment, again and again, then gives up and says how many', () => {
  const { reorder, given, lost } = window();
  for (const sequence of [65_535, 2, 3]) reorder.push(sequence, sequence, 0);
  expect(given).toEqual([65_535]);
  expect(reorder.tick(5)).toEqual([]);
  expect(reorder.tick(10)).toEqual([0, 1]);
  expect(reorder.tick(20)).toEqual([]);
  expect(reorder.tick(60)).toEqual([0, 1]);
  reorder.push(1, 1, 70);
  for (let now = 110; now < WAIT_MS; now += 50) expect(reorder.tick(now)).toEqual([0]);
  expect(given).toEqual([65_535]);
  expect(reorder.tick(WAIT_MS + 10)).toEqual([]);
  expect(given).toEqual([65_535, 1, 2, 3]);
  expect(lost).toEqual([0, 1, 0, 0]);
});

test('who was too busy to ask in time does not give up for that', () => {
  const { reorder, given } = window();
  for (const sequence of [0, 2]) reorder.push(sequence, sequence, 0);
  expect(reorder.tick(3000)).toEqual([1]);
  expect(reorder.tick(3020), 'leaves time for the answer').toEqual([]);
  expect(reorder.tick(6000)).toEqual([1]);
  reorder.push(1, 1, 6010);
  expect(given).toEqual([0, 1, 2]);
});

test('tells what came because it was asked for from what came late', () => {
  const { reorder } = window();
  reorder.push(10, 10, 0);
  reorder.push(13, 13, 0);
  expect(reorder.push(11, 11, 1)).toBe('taken');
  reorder.tick(20);
  expect(reorder.push(12, 12, 21)).toBe('recovered');
  expect(reorder.push(12, 12, 22)).toBe('useless');
});

test('one packet from far off is nothing, two in a row are a new count', () => {
  const { reorder, given, restarts } = window();
  reorder.push(10, 10, 0);
  reorder.push(30_000, 30_000, 0);
  reorder.push(11, 11, 0);
  expect(restarts()).toBe(0);
  reorder.push(40_000, 40_000, 0);
  reorder.push(40_001, 40_001, 0);
  reorder.push(40_002, 40_002, 0);
  expect(restarts()).toBe(1);
  expect(given).toEqual([10, 11, 40_000, 40_001, 40_002]);
});

test('keeps no more than so many, however long the hole is open', () => {
  const { reorder, given } = window();
  reorder.push(0, 0, 0);
  for (let sequence = 2; sequence < 3000; sequence++) reorder.push(sequence, sequence, 0);
  expect(given.length).toBe(2999);
});

test('whatever is lost, doubled and disordered: each packet once, in order, and every one accounted for', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 65_535 }),
      fc.array(
        fc.record({ lost: fc.double({ min: 0, max: 1 }), shift: fc.nat({ max: 40 }), twice: fc.boolean() }),
        { minLength: 1, maxLength: 400 },
      ),
      fc.constantFrom(0, 0.05, 0.2),
      (start, fates, rate) => {
        const { reorder, given, lost, restarts } = window();
        reorder.push(start, 0, 0);
        const arrivals = fates.flatMap(({ lost, shift, twice }, index) => {
          if (lost < rate) return [];
          const arrival = { index: index + 1, at: index + 1 + shift };
          return twice ? [arrival, { ...arrival, at: arrival.at + 3 }] : [arrival];
        });
        arrivals.sort((a, b) => a.at - b.at);
        for (const { index, at } of arrivals) {
          reorder.push((start + index) & 0xffff, index, at);
          reorder.tick(at);
        }
        reorder.flush();
        const there = new Set(arrivals.map(({ index }) => index));
        expect(given).toEqual([0, ...[...there].sort((a, b) => a - b)]);
        const last = given.at(-1) ?? 0;
        expect(lost.reduce((sum, count) => sum + count, 0)).toBe(last - there.size);
        expect(restarts()).toBe(0);
      },
    ),
  );
});

test('any sequence numbers at all do not upset it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 65_535 }), { maxLength: 300 }), (sequences) => {
      const { reorder, given } = window();
      sequences.forEach((sequence, index) => {
        reorder.push(sequence, index, index * 20);
        reorder.tick(index * 20);
      });
      reorder.flush();
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});
