import {
  type CheckName,
  type CheckResult,
  type ConnectionReport,
  ConnectionTest,
  type ConnectionTestOptions,
} from '@parley/client/connection-test';
import { useCallback, useEffect, useRef, useState } from 'react';

/** How far the test is. */
export interface Progress {
  /** What runs now. */
  readonly running: CheckName | undefined;
  readonly results: ReadonlyMap<CheckName, CheckResult>;
  /** Once it is over. */
  readonly report: ConnectionReport | undefined;
}

const NOTHING: Progress = { running: undefined, results: new Map(), report: undefined };

export interface TestControl {
  /** Undefined before the first. */
  readonly progress: Progress | undefined;
  start(options: ConnectionTestOptions): void;
  skip(): void;
  stop(): void;
}

/** A connection test to this page's server, and the one after it. It stops with the page. */
export function useTest(): TestControl {
  const [progress, setProgress] = useState<Progress>();
  const test = useRef<ConnectionTest>(undefined);
  useEffect(() => () => test.current?.stop(), []);

  const start = useCallback((options: ConnectionTestOptions) => {
    const running = new ConnectionTest(location.origin, options);
    test.current?.stop();
    test.current = running;
    const change = (what: (now: Progress) => Progress) => {
      if (test.current === running) setProgress((now) => what(now ?? NOTHING));
    };
    change(() => NOTHING);
    running.on('running', (name) => change((now) => ({ ...now, running: name })));
    running.on('result', (result) =>
      change((now) => ({ ...now, results: new Map(now.results).set(result.check, result) })),
    );
    void running.run().then((report) => change((now) => ({ ...now, running: undefined, report })));
  }, []);
  const skip = useCallback(() => test.current?.skip(), []);
  const stop = useCallback(() => test.current?.stop(), []);
  return { progress, start, skip, stop };
}
