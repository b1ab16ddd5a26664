import type { TestProject } from 'vitest/node';
import { StackRecorder } from './recording/stack-recorder.ts';
import { Stack } from './stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Base URL of the edge under test. */
    url: string;
    metricsUrl: string;
    logFolder: string;
  }
}

/** Starts the product that most tests share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // embed.test.ts is such a page.
  const edgeEnv = { PARLEY_SERVER_FRAME_ANCESTORS: '["http://127.0.0.1:*"]' };
  const stack = await Stack.start({ edgeEnv });
  const recorder = await StackRecorder.start(stack);
  project.provide('url', stack.url);
  project.provide('metricsUrl', stack.metricsUrl);
  project.provide('logFolder', stack.logFolder);
  return async () => {
    await recorder.stop();
    await stack.stop();
    if (stack.troubles.length === 0) return;
    throw new Error(`Servers reported errors during the tests:\n${stack.troubles.join('\n')}`);
  };
}
