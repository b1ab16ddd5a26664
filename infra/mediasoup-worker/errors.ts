/** The errors of `ensureWorker`. */

/**
 * - `worker_bin_invalid`: MEDIASOUP_WORKER_BIN does not name an executable file.
 * - `build_unsupported`: the worker would have to be built, on a system where we cannot.
 * - `packages_missing`: it would have to be built, and Debian packages for that are missing and cannot be installed.
 * - `build_failed`: a step of the build failed; the message ends with the last lines of its log.
 */
export type WorkerErrorCode =
  | 'worker_bin_invalid'
  | 'build_unsupported'
  | 'packages_missing'
  | 'build_failed';

/** There is no worker to be had. The message says what to do about it. */
export class WorkerUnavailableError extends Error {
  readonly code: WorkerErrorCode;

  constructor(code: WorkerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WorkerUnavailableError';
    this.code = code;
  }
}
