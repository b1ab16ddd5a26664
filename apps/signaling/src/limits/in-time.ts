/** A call took too long; what it was for may still happen. */
export class NoAnswer extends Error {}

/**
 * What a call to another object comes to, if it does in time.
 *
 * @throws {NoAnswer} after `milliseconds`
 * @throws {Error} what the call throws
 */
export async function inTime<T>(milliseconds: number, call: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new NoAnswer(`no answer within ${milliseconds} ms`)), milliseconds);
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
