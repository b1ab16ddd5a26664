import type { EdgeCounts, ObjectCounts } from '../../../../signaling/src/testing/counting/counts.ts';

/**
 * Cloudflare's prices beyond what the Workers Paid plan includes, US dollars.
 * https://developers.cloudflare.com/durable-objects/platform/pricing/ and
 * https://developers.cloudflare.com/workers/platform/pricing/, looked up on {@link PRICES_AS_OF} in copies of their sources
 * (cloudflare/cloudflare-docs at 07e200b and 07acbb6): they may have changed since.
 */
export const PRICES = {
  /** A request, call, alarm, or 20 WebSocket messages to a Durable Object. */
  objectRequest: 0.15e-6,
  messagesARequest: 20,
  /** A second of an object, which counts as 128 MB. */
  objectSecond: 0.128 * 12.5e-6,
  rowRead: 0.001e-6,
  rowWritten: 1e-6,
  workerRequest: 0.3e-6,
  workerCpuSecond: 1000 * 0.02e-6,
} as const;
export const PRICES_AS_OF = '2026-11-23';

/** What is billed. */
export interface Bill {
  /** Requests and calls to objects. */
  requests: number;
  alarms: number;
  messages: number;
  rowsRead: number;
  rowsWritten: number;
  /** Seconds in which objects were at work, and the same with the time until they are evicted. */
  activeS: number;
  residentS: number;
}

const FIELDS = [
  'requests',
  'alarms',
  'messages',
  'rowsRead',
  'rowsWritten',
  'activeS',
  'residentS',
] as const satisfies (keyof Bill)[];

function combine(a: Bill, b: Bill, by: (a: number, b: number) => number): Bill {
  return Object.fromEntries(FIELDS.map((field) => [field, by(a[field], b[field])])) as unknown as Bill;
}

export function noBill(): Bill {
  return {
    requests: 0,
    alarms: 0,
    messages: 0,
    rowsRead: 0,
    rowsWritten: 0,
    activeS: 0,
    residentS: 0,
  };
}

export function plus(a: Bill, b: Bill): Bill {
  return combine(a, b, (x, y) => x + y);
}

export function minus(a: Bill, b: Bill): Bill {
  return combine(a, b, (x, y) => x - y);
}

export function times(bill: Bill, factor: number): Bill {
  return combine(bill, bill, (x) => x * factor);
}

function billOf({ requests, messages, rowsRead, rowsWritten, activeMs, residentMs }: ObjectCounts): Bill {
  const { alarm = 0, ...calls } = requests;
  return {
    requests: sum(Object.values(calls)),
    alarms: alarm,
    messages,
    rowsRead,
    rowsWritten: sum(Object.values(rowsWritten)),
    activeS: activeMs / 1000,
    residentS: residentMs / 1000,
  };
}

/** Of all objects that fit. */
export function billFor({ objects }: EdgeCounts, fits: (object: ObjectCounts) => boolean): Bill {
  return objects.filter(fits).map(billOf).reduce(plus, noBill());
}

/** Requests to objects as they are billed. */
export function billedRequests({ requests, alarms, messages }: Bill): number {
  return requests + alarms + messages / PRICES.messagesARequest;
}

/** US dollars, by what for. `resident` is {@link Bill.residentS} instead of {@link Bill.activeS}. */
export function priceOf(bill: Bill): Record<'requests' | 'rows' | 'active' | 'resident', number> {
  return {
    requests: billedRequests(bill) * PRICES.objectRequest,
    rows: bill.rowsRead * PRICES.rowRead + bill.rowsWritten * PRICES.rowWritten,
    active: bill.activeS * PRICES.objectSecond,
    resident: bill.residentS * PRICES.objectSecond,
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
