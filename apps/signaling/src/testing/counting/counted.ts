import type { DurableObject } from 'cloudflare:workers';
import type { Environment } from '../../environment.ts';
import { meterStorage, replace } from './meter-storage.ts';
import { ObjectMeter } from './object-meter.ts';

type ObjectClass = new (ctx: DurableObjectState, env: Environment) => DurableObject<Environment>;
type Method = (...args: unknown[]) => unknown;

const meters = new Map<string, ObjectMeter>();

/** Every object that there has been. */
export function allMeters(): ObjectMeter[] {
  return [...meters.values()];
}

/** The same class of objects, each of which counts what it does. */
export function counted<T extends ObjectClass>(original: T): T {
  const base: ObjectClass = original;
  const { name: className } = original;
  class Counted extends base {
    constructor(ctx: DurableObjectState, env: Environment) {
      const meter = meterOf(className, ctx);
      meter.counts.made += 1;
      watch(ctx, meter);
      super(ctx, env);
    }
  }
  for (const method of Object.getOwnPropertyNames(original.prototype)) {
    if (method === 'constructor') continue;
    const run = Reflect.get(original.prototype, method) as Method;
    Reflect.defineProperty(Counted.prototype, method, {
      value(this: { ctx: DurableObjectState }, ...args: unknown[]) {
        return meterOf(className, this.ctx).event(method, () => Reflect.apply(run, this, args));
      },
    });
  }
  return Counted as unknown as T;
}

function meterOf(className: string, { id }: DurableObjectState): ObjectMeter {
  const key = `${className} ${id}`;
  const meter = meters.get(key) ?? new ObjectMeter(className, id.name ?? String(id));
  meters.set(key, meter);
  return meter;
}

/** What an object leaves to its state is its time too. */
function watch(ctx: DurableObjectState, meter: ObjectMeter): void {
  replace(ctx, 'waitUntil', (run, args) => {
    const [promise] = args;
    meter.during(() => promise);
    return run(...args);
  });
  replace(ctx, 'blockConcurrencyWhile', (run, args) => meter.during(() => run(...args)));
  meterStorage(ctx.storage, meter.counts);
}
