import { expect, it } from 'vitest';
import { billedRequests, noBill, priceOf } from './bill.ts';

it('bills twenty messages as a request', () => {
  expect(billedRequests({ ...noBill(), requests: 2, alarms: 1, messages: 30 })).toBeCloseTo(4.5);
});

it('multiplies as the examples of the price list do', () => {
  // Their example 1: 1.5 million requests and a million seconds; less what is included.
  const { requests, active } = priceOf({ ...noBill(), requests: 500_000, activeS: 1_000_000 });
  expect(requests).toBeCloseTo(0.075);
  // 128,000 GB-s.
  expect(active).toBeCloseTo(1.6);
  expect(priceOf({ ...noBill(), rowsRead: 1e9, rowsWritten: 1e6 }).rows).toBeCloseTo(2);
});
