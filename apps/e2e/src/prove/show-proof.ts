import { Stack, type StackOptions } from '../stack.ts';

/**
 * Runs a proof as a script, on a stack of its own, and ends the process: with 0 where it holds and the servers reported
 * nothing, else with 1 and the reason.
 *
 * @param prove throws what did not hold; gives back what was shown, if there is more to say than that
 */
export async function showProof(
  options: StackOptions,
  prove: (stack: Stack) => Promise<string | undefined>,
): Promise<never> {
  const stack = await Stack.start(options);
  let code = 0;
  try {
    const shown = await prove(stack);
    if (stack.troubles.length > 0) throw new Error(`servers reported:\n${stack.troubles.join('\n')}`);
    console.log(shown === undefined ? 'shown' : `shown: ${shown}`);
  } catch (error) {
    console.error(`not shown: ${error instanceof Error ? error.message : error}`);
    code = 1;
  }
  await stack.stop();
  process.exit(code);
}

/** A number that the environment sets. */
export function numberSetting(name: string, otherwise: number): number {
  return Number(process.env[name] ?? otherwise);
}
