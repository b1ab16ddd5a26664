import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { describe as describeRuns, proveBurst } from './burst.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
}, 90_000);
afterAll(async () => {
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

it.each(['relay', 'direct'] as const)(
  'ten people who join at once over %s receive each other, without an offer for each joiner',
  async (carrier) => {
    const withinMs = 300;
    const figures = await proveBurst(stack, { people: 10, carrier, withinMs, rate: 4 });
    console.log(describeRuns([figures], withinMs));
    expect(figures.offers.mean, 'offers to one').toBeLessThan(figures.offersUncoalesced);
  },
  180_000,
);
