import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CapacityLimits,
  type CapacityMeasurement,
  type CapacityState,
  decide,
  NOTHING_SHED,
  needsLook,
} from './decide.ts';
import { attribute, COSTS, type RoomLoad, type RoomUse } from './load-model.ts';
import { limitOf, SHED_STEPS } from './shed-step.ts';

const MB = 1_000_000;
const limits: CapacityLimits = {
  cpuPerRoom: 0.5,
  cpuPerWorker: 1,
  memoryPerRoom: 100 * MB,
  memoryTotal: 1000 * MB,
};
/** A room whose CPU on each step is this much, of its limit. */
const room = (...ofLimit: number[]): RoomLoad => ({ cpu: ofLimit.map((part) => part * 0.5), memory: MB });
const constant = (ofLimit: number) => room(...SHED_STEPS.map(() => ofLimit));

/** Rooms on a worker that has time for all. */
const idle = (rooms: Record<string, RoomLoad | undefined>, memory = 0): CapacityMeasurement => ({
  memory,
  workers: [{ cpu: 0, rooms: new Map(Object.entries(rooms)) }],
});

/** Looks again and again at the same loads. @returns the step of room `a` after each look */
function looks(times: number, load: RoomLoad, from = NOTHING_SHED) {
  let state: CapacityState = from;
  const steps: number[] = [];
  for (let i = 0; i < times; i++) {
    state = decide(state, idle({ a: load }), limits);
    steps.push(state.rooms.get('a')?.step ?? 0);
  }
  return { state, steps };
}

describe('decide', () => {
  it('takes nothing from a room within its limit', () => {
    expect(looks(3, constant(0.84)).steps).toEqual([0, 0, 0]);
  });

  it('refuses first, then takes a step a look until the room fits', () => {
    expect(looks(4, constant(0.9)).steps, 'near its limit').toEqual([1, 1, 1, 1]);
    expect(looks(5, room(1.2, 1.2, 1.0, 0.9, 0.5, 0.4)).steps).toEqual([1, 2, 3, 3, 3]);
    expect(looks(8, constant(3)).steps, 'no further than there is').toEqual([1, 2, 3, 4, 5, 5, 5, 5]);
  });

  it('gives back what fits again, a step at a time and not at once', () => {
    const { state } = looks(4, room(1.2, 1.2, 1.0, 0.7, 0.5, 0.4));
    const { steps } = looks(12, constant(0.1), state);
    expect(steps, 'three looks on each').toEqual([3, 2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('does not give back what would not fit', () => {
    const { state } = looks(4, room(1.2, 1.2, 1.0, 0.7, 0.5, 0.4));
    expect(new Set(looks(500, room(1.2, 1.2, 0.85, 0.6, 0.5, 0.4), state).steps)).toEqual(new Set([3]));
  });

  it('waits ever longer where the model is wrong about what fits', () => {
    let state = NOTHING_SHED;
    let changes = 0;
    // Near the limit whenever it has lost nothing, though it is always said that it would not be.
    for (let look = 0; look < 720; look++) {
      const step = state.rooms.get('a')?.step ?? 0;
      const load = step === 0 ? constant(0.9) : constant(0.1);
      state = decide(state, idle({ a: load }), limits);
      if ((state.rooms.get('a')?.step ?? 0) !== step) changes += 1;
    }
    expect(changes, 'changes in an hour of looks every 5 s').toBeLessThan(30);
  });

  it('refuses newcomers for memory, and takes nothing for it from those who are there', () => {
    const heavy: RoomLoad = { cpu: [0, 0, 0, 0, 0, 0], memory: 90 * MB };
    expect(looks(2, heavy).steps).toEqual([1, 1]);
    const { state, steps } = looks(6, { ...heavy, memory: 300 * MB });
    expect(steps, 'no layer that they lose would give it back').toEqual([1, 1, 1, 1, 1, 1]);
    expect(looks(4, { ...heavy, memory: 60 * MB }, state).steps.at(-1), 'until it has gone').toBe(0);
    const busy = looks(4, { ...room(1.2, 1.2, 1.0, 0.7, 0.5, 0.4), memory: 300 * MB }).state;
    const quiet = { ...constant(0.1), memory: 300 * MB };
    expect(looks(20, quiet, busy).steps.at(-1), 'what was lost to CPU comes back meanwhile').toBe(1);
  });

  it('takes no new rooms when memory runs out, and refuses newcomers, of the biggest room first, when it is over', () => {
    const small = { ...constant(0.1), memory: MB };
    const at = (state: CapacityState, ofLimit: number) =>
      decide(
        state,
        idle({ small, big: { ...small, memory: 50 * MB } }, ofLimit * limits.memoryTotal),
        limits,
      );
    const steps = ({ rooms }: CapacityState) => ['big', 'small'].map((id) => rooms.get(id)?.step ?? 0);
    const nearly = at(NOTHING_SHED, 0.9);
    expect([nearly.full, nearly.rooms.size]).toEqual([true, 0]);
    expect(at(nearly, 0.86).full, 'still').toBe(true);
    expect(at(nearly, 0.84).full).toBe(false);
    let over = at(nearly, 1.01);
    expect(steps(over), 'the biggest').toEqual([1, 0]);
    for (let i = 0; i < 10; i++) over = at(over, 1.01);
    expect(steps(over), 'then the next, and no video of either').toEqual([1, 1]);
    for (let i = 0; i < 10; i++) over = at(over, 0.96);
    expect(steps(over), 'nobody is taken while there is hardly any').toEqual([1, 1]);
    for (let i = 0; i < 10; i++) over = at(over, 0.94);
    expect(steps(over)).toEqual([0, 0]);
  });

  it('forgets rooms that are gone, and keeps those that it could not measure', () => {
    const { state } = looks(2, constant(2));
    const unmeasured = decide(state, idle({ a: undefined }), limits);
    expect(unmeasured.rooms.get('a')?.step).toBe(2);
    expect(decide(state, { memory: 0, workers: [] }, limits).rooms.size).toBe(0);
  });

  it('never flaps for a constant load, whatever the room does', () => {
    const use = fc.record({
      packetsIn: fc.double({ min: 0, max: 20_000, noNaN: true }),
      out: fc.array(fc.double({ min: 0, max: 50_000, noNaN: true }), {
        minLength: SHED_STEPS.length,
        maxLength: SHED_STEPS.length,
      }),
      perPacket: fc.double({ min: 0.5, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(use, ({ packetsIn, out, perPacket }) => {
        const packetsOut = out.toSorted((a, b) => b - a);
        let state = NOTHING_SHED;
        const steps: number[] = [];
        for (let i = 0; i < 400; i++) {
          const step = state.rooms.get('a')?.step ?? 0;
          const doing: RoomUse = { packetsIn, packetsOut, step, transports: 2, producers: 1, consumers: 1 };
          // The worker uses more or less than the model says, in proportion.
          const cpu = perPacket * (packetsIn * COSTS.packetIn + (packetsOut[step] ?? 0) * COSTS.packetOut);
          const { rooms } = attribute({ cpu, memory: MB }, new Map([['a', doing]]));
          state = decide(state, { memory: 0, workers: [{ cpu, rooms }] }, limits);
          steps.push(state.rooms.get('a')?.step ?? 0);
        }
        expect(steps, 'it only ever goes down').toEqual(steps.toSorted((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });
});

describe('needsLook', () => {
  it('leaves rooms alone whose worker has time and memory', () => {
    expect(needsLook({ cpu: 0.3, memory: MB }, MB, limits)).toBe(false);
    expect(needsLook({ cpu: 0.4, memory: MB }, MB, limits)).toBe(true);
    expect(needsLook({ cpu: 0, memory: 80 * MB }, MB, limits)).toBe(true);
    expect(needsLook({ cpu: 0, memory: 0 }, 990 * MB, limits)).toBe(true);
    expect(needsLook({ cpu: 0.2, memory: 0 }, MB, { ...limits, cpuPerWorker: 0.2 })).toBe(true);
  });
});

describe('the steps', () => {
  it('never touch audio, and take cameras before screens', () => {
    const paused = SHED_STEPS.map((step) => limitOf(step).paused);
    expect(paused).toEqual([[], [], [], [], ['camera'], ['camera', 'screen']]);
  });
});
