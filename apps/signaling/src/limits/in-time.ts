/**
 * What a call to another object comes to, if it does in time.
 *
 * @throws {Error} what the call throws, or that it took longer than `milliseconds`
 */
export async function inTime<T>(milliseconds: number, call: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
