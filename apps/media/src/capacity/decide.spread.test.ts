import { expect, it } from 'vitest';
import { type CapacityLimits, decide, NOTHING_SHED, type WorkerMeasurement } from './decide.ts';
import type { RoomLoad } from './load-model.ts';
import { SHED_STEPS } from './shed-step.ts';

const MB = 1_000_000;
const limits: CapacityLimits = {
  cpuPerRoom: 1,
  cpuPerWorker: 1,
  memoryPerRoom: 100 * MB,
  memoryTotal: 1000 * MB,
};
const load = (cpu: number, memory = MB): RoomLoad => ({
  cpu: SHED_STEPS.map((_, step) => cpu * (1 - step / 10)),
  memory,
});
const worker = (cpu: number, rooms: Record<string, RoomLoad | undefined>): WorkerMeasurement => ({
  cpu,
  rooms: new Map(Object.entries(rooms)),
});

/** The rooms' steps after some looks at workers that stay as they are. */
function steps(workers: readonly WorkerMeasurement[], { times = 1, from = NOTHING_SHED, of = limits } = {}) {
  let state = from;
  for (let i = 0; i < times; i++) state = decide(state, { memory: 0, workers }, of);
  return { state, steps: Object.fromEntries([...state.rooms].map(([id, { step }]) => [id, step])) };
}

it('a room on two workers may use of each what one on a single worker may of that', () => {
  const both = [worker(0.8, { a: load(0.8) }), worker(0.8, { a: load(0.8) })];
  expect(steps(both).steps).toEqual({});
  expect(steps([worker(0.8, { a: load(0.5) }), worker(0.9, { a: load(0.9) })]).steps).toEqual({ a: 1 });
});

it('its memory is that on all of them', () => {
  const half = { a: load(0.1, 50 * MB) };
  expect(steps([worker(0.1, half)]).steps).toEqual({});
  expect(steps([worker(0.1, half), worker(0.1, half)]).steps).toEqual({ a: 1 });
});

it('it loses a step a look, also where both its workers are busy', () => {
  const busy = [worker(0.99, { a: load(0.5), b: load(0.4) }), worker(0.99, { a: load(0.5), c: load(0.4) })];
  expect(steps(busy).steps).toEqual({ a: 1 });
  expect(steps(busy, { times: 2 }).steps).toEqual({ a: 2 });
});

it('it gets back what it lost to one worker when all have room for it', () => {
  const { state } = steps([worker(0.99, { a: load(0.5) }), worker(0.5, { a: load(0.4) })], { times: 2 });
  const other = [worker(0.3, { a: load(0.3) }), worker(0.9, { a: load(0.4) })];
  expect(steps(other, { times: 20, from: state }).steps, 'the other has none').toEqual({ a: 2 });
  const roomy = [worker(0.3, { a: load(0.3) }), worker(0.3, { a: load(0.3) })];
  expect(steps(roomy, { times: 20, from: state }).steps).toEqual({ a: 0 });
});
