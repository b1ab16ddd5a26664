import { expect, it } from 'vitest';
import type { Check } from './check.ts';
import { runCheck, SKIPPED } from './run-check.ts';
import { SharedContext } from './test-context.ts';

const found = { status: 200, health: 'healthy', milliseconds: 1 };
const check: Check<'server'> = {
  name: 'server',
  needs: 'browser',
  find: async () => found,
  judge: () => ({ outcome: 'passed' }),
};

function context(signal = new AbortController().signal): SharedContext {
  const made = new SharedContext({ url: new URL('http://server'), room: 'room', wants: new Set() });
  made.signal = signal;
  return made;
}

it('says what was found, and what that means', async () => {
  const earlier = new Map([['browser', 'warning']] as const);
  expect(await runCheck(check, context(), earlier)).toMatchObject({
    check: 'server',
    outcome: 'passed',
    found,
  });
});

it.each(['failed', 'skipped'] as const)('is left out after one that it needs has %s', async (outcome) => {
  const earlier = new Map([['browser', outcome]] as const);
  expect(await runCheck(check, context(), earlier)).toMatchObject({
    outcome: 'skipped',
    reason: 'needs',
    after: 'browser',
  });
});

it('is left out where there is nothing to check', async () => {
  const none: typeof check = { ...check, skip: () => 'not-configured' };
  const earlier = new Map([['browser', 'passed']] as const);
  expect(await runCheck(none, context(), earlier)).toMatchObject({
    outcome: 'skipped',
    reason: 'not-configured',
  });
});

it('is left out when the person goes on without it, and ends with the test', async () => {
  const throwing = (reason: unknown): [Check<'browser'>, SharedContext] => [
    {
      name: 'browser',
      find: async ({ signal }) => {
        signal.throwIfAborted();
        throw new Error('not reached');
      },
      judge: () => ({ outcome: 'passed' }),
    },
    context(AbortSignal.abort(reason)),
  ];
  const [one, its] = throwing(SKIPPED);
  expect(await runCheck(one, its, new Map())).toMatchObject({ outcome: 'skipped', reason: 'not-wanted' });
  const [other, stopped] = throwing(new DOMException('stopped', 'AbortError'));
  await expect(runCheck(other, stopped, new Map())).rejects.toThrow('stopped');
});

it('fails with what it threw, and the others go on', async () => {
  const broken: Check<'browser'> = {
    name: 'browser',
    find: async () => {
      throw new Error('no canvas');
    },
    judge: () => ({ outcome: 'passed' }),
  };
  expect(await runCheck(broken, context(), new Map())).toMatchObject({
    outcome: 'failed',
    reason: 'unexpected',
    message: 'no canvas',
  });
});
