import { describe, expect, it } from 'vitest';
import { type Candidate, choosePlace, PLACEMENT } from './placement.ts';

const worker = (of: Partial<Candidate['worker']> = {}): Candidate['worker'] => ({
  cpu: 0,
  lately: { routers: 0, consumers: 0 },
  routers: 0,
  consumers: 0,
  ...of,
});

describe('a new room', () => {
  const place = (...workers: Candidate['worker'][]) => {
    const candidates = workers.map((one) => ({ worker: one }));
    const chosen = choosePlace(candidates);
    return chosen && candidates.indexOf(chosen);
  };

  it('goes to the worker with most CPU left, whatever the routers', () => {
    expect(place(worker({ cpu: 0.6 }), worker({ cpu: 0.2, routers: 9 }))).toBe(1);
  });

  it('of workers that are as good as equal to the one with fewest routers', () => {
    expect(place(worker({ cpu: 0.01, routers: 2 }), worker({ cpu: 0.03, routers: 1 }))).toBe(1);
    expect(place(worker({ routers: 1 }), worker({ routers: 1 })), 'else the first').toBe(0);
  });

  it('does not follow others that came since the sample', () => {
    const counts = [0, 0];
    for (let i = 0; i < 10; i++) {
      const workers = counts.map((routers, at) =>
        worker({ cpu: at * 0.1, routers, lately: { routers, consumers: 0 } }),
      );
      const at = place(...workers) ?? 0;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    expect(counts, '10% are two routers').toEqual([6, 4]);
    expect(place(worker({ lately: { routers: 0, consumers: 100 } }), worker({ cpu: 0.1 }))).toBe(1);
  });

  it('goes nowhere where no worker runs', () => {
    expect(place()).toBeUndefined();
  });
});

describe('a session of a room', () => {
  const many = PLACEMENT.sessions;
  const place = (...candidates: Candidate[]) => {
    const chosen = choosePlace(candidates);
    return chosen && candidates.indexOf(chosen);
  };
  const busy = worker({ cpu: 0.6 });

  it('stays with the room while that is small, however busy the worker', () => {
    expect(place({ worker: worker({ cpu: 0.99 }), sessions: many - 1 }, { worker: worker() })).toBe(0);
  });

  it('stays while the worker is not busy', () => {
    expect(place({ worker: worker({ cpu: 0.4 }), sessions: 100 }, { worker: worker() })).toBe(0);
  });

  it('stays where the others are hardly better', () => {
    expect(place({ worker: busy, sessions: many }, { worker: worker({ cpu: 0.45 }) })).toBe(0);
  });

  it('goes to another worker where the room is big, its own busy and that one clearly less', () => {
    expect(
      place({ worker: busy, sessions: many }, { worker: worker({ cpu: 0.3 }) }, { worker: worker() }),
    ).toBe(2);
  });

  it('goes there before anything is sent where many consumers tell of it, or those that are expected', () => {
    const consumers = PLACEMENT.loaded / PLACEMENT.consumerCpu;
    expect(place({ worker: worker({ consumers }), sessions: many }, { worker: worker() })).toBe(1);
    const burst = worker({ lately: { routers: 0, consumers } });
    expect(place({ worker: burst, sessions: many }, { worker: worker() })).toBe(1);
  });

  it('goes to the less loaded of the room’s workers, of equals to the one with fewer of its sessions', () => {
    const idle = worker();
    expect(place({ worker: busy, sessions: many }, { worker: idle, sessions: 1 }, { worker: idle })).toBe(1);
    expect(place({ worker: idle, sessions: 5 }, { worker: idle, sessions: 4 })).toBe(1);
  });
});
