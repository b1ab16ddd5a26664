import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CapacityLimits, type CapacityState, decide, NOTHING_SHED } from './decide.ts';
import { attribute, COSTS, type RoomUse } from './load-model.ts';
import { SHED_STEPS } from './shed-step.ts';

const MB = 1_000_000;
const limits: CapacityLimits = {
  cpuPerRoom: 1,
  cpuPerWorker: 1,
  memoryPerRoom: 100 * MB,
  memoryTotal: 1000 * MB,
};
type Rooms = Record<string, readonly number[]>;

/** One worker whose rooms take this much of a core on each step. @returns the rooms' steps after each look, and the last state */
function looks(times: number, rooms: Rooms, { from = NOTHING_SHED, of = limits, others = 0 } = {}) {
  let state: CapacityState = from;
  const ids = Object.keys(rooms);
  const stepsOf = () => ids.map((id) => state.rooms.get(id)?.step ?? 0);
  const steps: number[][] = [];
  for (let i = 0; i < times; i++) {
    const now = stepsOf();
    const wanted = ids.reduce((sum, id, at) => sum + (rooms[id]?.[now[at] ?? 0] ?? 0), 0);
    const loads = new Map(Object.entries(rooms).map(([id, cpu]) => [id, { cpu, memory: MB }]));
    const worker = { cpu: Math.min(1, wanted + others), rooms: loads };
    state = decide(state, { memory: 0, workers: [worker] }, of);
    steps.push(stepsOf());
  }
  return { state, steps };
}

const half = [0.5, 0.5, 0.4, 0.3, 0.1, 0.1];

it('of two rooms within their limits on a busy worker one loses until the worker has time', () => {
  expect(looks(6, { a: half, b: half }).steps).toEqual([
    [1, 0],
    [2, 0],
    ...Array.from({ length: 4 }, () => [2, 0]),
  ]);
});

it('takes from the room that uses most at the moment, one step of one room a look', () => {
  const { steps } = looks(8, { a: [0.3, 0.3, 0.25, 0.2, 0.1, 0.1], b: half }, { others: 0.38 });
  expect(steps.slice(0, 4)).toEqual([
    [0, 1],
    [0, 2],
    [0, 3],
    [1, 3],
  ]);
  expect(steps.at(-1), 'until the worker has time').toEqual([2, 3]);
});

it('takes no more than newcomers where there is no video to save on, and goes on with who has some', () => {
  const audio = SHED_STEPS.map(() => 0.6);
  expect(looks(8, { audio, half }).steps.at(-1)).toEqual([1, 3]);
});

it('gives back when without the step the worker would be below 80%, a room at a time', () => {
  const quieter = (to: number) => half.map((cpu) => cpu * to);
  const { state } = looks(9, { a: half, b: half }, { others: 0.3 });
  expect(stepsIn(state), 'both have lost some').toEqual([3, 3]);
  const still = looks(200, { a: half, b: half }, { from: state, others: 0.2 });
  expect(still.steps.at(-1), 'not while it would be busy again').toEqual([3, 3]);
  const some = looks(200, { a: half, b: half }, { from: still.state, others: 0.05 }).steps;
  expect([some[0], some.at(-1)], 'what fits: a layer of one, not of both').toEqual([
    [2, 3],
    [2, 3],
  ]);
  const all = looks(200, { a: quieter(0.5), b: quieter(0.5) }, { from: state }).steps;
  expect(all.at(-1)).toEqual([0, 0]);
});

it('gives back what a room lost to its own limit while the worker is as busy as it may be', () => {
  const of = { ...limits, cpuPerRoom: 0.3 };
  const { state } = looks(2, { a: half }, { of });
  expect(stepsIn(state)).toEqual([2]);
  const quiet = { a: SHED_STEPS.map(() => 0.05) };
  expect(looks(20, quiet, { from: state, of, others: 0.85 }).steps.at(-1)).toEqual([0]);
});

it('takes one step a look from a room alone on its worker that is over its limit', () => {
  const of = { ...limits, cpuPerRoom: 0.5 };
  const alone = { a: [1, 1, 1, 1, 0.9, 0.3] };
  expect(looks(6, alone, { of }).steps.flat()).toEqual([1, 2, 3, 4, 5, 5]);
});

it('leaves the rooms of other workers alone', () => {
  const rooms = (id: string) => new Map([[id, { cpu: half, memory: MB }]]);
  const workers = [
    { cpu: 0.99, rooms: rooms('a') },
    { cpu: 0.6, rooms: rooms('b') },
  ];
  expect([...decide(NOTHING_SHED, { memory: 0, workers }, limits).rooms.keys()]).toEqual(['a']);
});

it('comes to rest for a constant load, and takes nothing twice', () => {
  const packets = fc.double({ min: 0, max: 30_000, noNaN: true });
  const out = fc.array(packets, { minLength: SHED_STEPS.length, maxLength: SHED_STEPS.length });
  const does = fc.record({ packetsIn: fc.double({ min: 0, max: 10_000, noNaN: true }), out });
  const rooms = fc.array(does, { minLength: 1, maxLength: 5 });
  const perRoom = fc.constantFrom(0.25, 0.5, 1);
  fc.assert(
    fc.property(
      rooms,
      perRoom,
      fc.double({ min: 0.5, max: 2, noNaN: true }),
      (all, cpuPerRoom, perPacket) => {
        let state = NOTHING_SHED;
        const stepOf = (id: string) => state.rooms.get(id)?.step ?? 0;
        const eased = new Set<string>();
        let lastChange = 0;
        for (let look = 0; look < 300; look++) {
          const uses = new Map(
            all.map(({ packetsIn, out }, index): [string, RoomUse] => [
              `${index}`,
              {
                packetsIn,
                packetsOut: out.toSorted((a, b) => b - a),
                step: stepOf(`${index}`),
                transports: 2,
                producers: 1,
                consumers: 1,
              },
            ]),
          );
          const wanted = [...uses.values()].reduce(
            (sum, { packetsIn, packetsOut, step }) =>
              sum + perPacket * (packetsIn * COSTS.packetIn + (packetsOut[step] ?? 0) * COSTS.packetOut),
            0,
          );
          const cpu = Math.min(1, wanted);
          const measured = attribute({ cpu, memory: MB }, uses).rooms;
          const before = state;
          state = decide(
            state,
            { memory: 0, workers: [{ cpu, rooms: measured }] },
            { ...limits, cpuPerRoom },
          );
          for (const id of uses.keys()) {
            const was = before.rooms.get(id)?.step ?? 0;
            if (stepOf(id) !== was) lastChange = look;
            if (stepOf(id) < was) eased.add(id);
            else if (stepOf(id) > was) expect(eased, 'what came back is not taken again').not.toContain(id);
          }
        }
        expect(lastChange, 'the last change, of 300 looks').toBeLessThan(200);
      },
    ),
    { numRuns: 100 },
  );
});

function stepsIn(state: CapacityState): number[] {
  return [...state.rooms.values()].map(({ step }) => step);
}
