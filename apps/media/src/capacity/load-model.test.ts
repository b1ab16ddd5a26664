import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attribute, COSTS, type RoomUse } from './load-model.ts';
import { SHED_STEPS } from './shed-step.ts';

const rate = fc.double({ min: 0, max: 100_000, noNaN: true });
const count = fc.integer({ min: 0, max: 10_000 });
const use: fc.Arbitrary<RoomUse> = fc.record({
  packetsIn: rate,
  packetsOut: fc.array(rate, { minLength: SHED_STEPS.length, maxLength: SHED_STEPS.length }),
  step: fc.integer({ min: 0, max: SHED_STEPS.length - 1 }),
  transports: count,
  producers: count,
  consumers: count,
});
const worker = fc.record({
  cpu: fc.double({ min: 0, max: 1, noNaN: true }),
  memory: fc.integer({ min: 0, max: 4_000_000_000 }),
});

it('attributes exactly what was measured, and nothing negative', () => {
  fc.assert(
    fc.property(worker, fc.array(use, { maxLength: 20 }), (measured, uses) => {
      const byId = new Map(uses.map((one, index) => [`room-${index}`, one]));
      const { rooms, rest } = attribute(measured, byId);
      let cpu = rest.cpu;
      let memory = rest.memory;
      for (const [id, load] of rooms) {
        cpu += load.cpu[byId.get(id)?.step ?? 0] ?? Number.NaN;
        memory += load.memory;
        expect(Math.min(load.memory, ...load.cpu)).toBeGreaterThanOrEqual(0);
      }
      expect(cpu).toBeCloseTo(measured.cpu, 9);
      expect(memory / 4e9).toBeCloseTo(measured.memory / 4e9, 9);
      expect(rest.cpu).toBeGreaterThanOrEqual(-1e-9);
    }),
  );
});

const still: RoomUse = { packetsIn: 0, packetsOut: [], step: 0, transports: 2, producers: 1, consumers: 1 };

it('gives a room that does twice as much twice as much', () => {
  const one = { ...still, packetsIn: 1000, packetsOut: SHED_STEPS.map(() => 4000) };
  const two = {
    ...one,
    packetsIn: 2000,
    packetsOut: SHED_STEPS.map(() => 8000),
    transports: 4,
    producers: 2,
  };
  const { rooms } = attribute({ cpu: 0.2, memory: 500_000 }, new Map(Object.entries({ one, two })));
  expect((rooms.get('two')?.cpu[0] ?? 0) / (rooms.get('one')?.cpu[0] ?? 0)).toBeCloseTo(2);
  expect(rooms.get('two')?.memory).toBeGreaterThan(rooms.get('one')?.memory ?? 0);
});

it('does not blame a small room for what nobody in it can have caused', () => {
  const { rooms, rest } = attribute(
    { cpu: 0.9, memory: 900_000_000 },
    new Map([['small', { ...still, packetsIn: 50, packetsOut: [50] }]]),
  );
  expect(rooms.get('small')?.cpu[0]).toBeLessThan(0.01);
  expect(rest.cpu).toBeGreaterThan(0.85);
});

it('does not charge who is left for memory that a worker keeps from rooms that are gone', () => {
  const small = { ...still, packetsIn: 50, packetsOut: [50] };
  const modelled = 2 * COSTS.transport + COSTS.producer + COSTS.consumer + 50 * COSTS.keptPacket;
  const { rooms, rest } = attribute({ cpu: 0.001, memory: 2 * modelled }, new Map([['small', small]]));
  expect(rooms.get('small')?.memory).toBeCloseTo(1.5 * modelled);
  expect(rest.memory).toBeCloseTo(0.5 * modelled);
});
