import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { openGrants } from '@parley/protocol/grants';
import type { Command } from '@parley/room/commands';
import type { Effect } from '@parley/room/effects';
import { expect, it } from 'vitest';
import { type EffectContext, EffectRunner } from './effect-runner.ts';

/** A runner whose keys cannot be had, and what it sends and says to the rules. */
function keyless() {
  const sent: unknown[] = [];
  const commands: Command[] = [];
  const context = {
    ctx: createExecutionContext(),
    env,
    keys: { get: () => Promise.reject(new Error('the Keyring is out of reach')) },
    sockets: { send: (_to: string, message: unknown) => sent.push(message) },
    apply: async (command: Command) => {
      commands.push(command);
    },
  };
  return { runner: new EffectRunner(context as unknown as EffectContext), sent, commands };
}

const open: Effect = {
  type: 'open-session',
  carrier: { type: 'relay' },
  nodeId: 'node-1',
  epoch: 7,
  participantId: 'p',
  session: 2,
  grants: openGrants(1_000_000),
  requestOffers: true,
};

it('reports a session that cannot be opened as closed, so that the rules open another, and goes on', async () => {
  const { runner, sent, commands } = keyless();
  const error = { type: 'error', code: 'internal', message: 'next' } as const;
  await runner.run('r', [open, { type: 'send', connectionId: 'c', message: error }]);
  expect(sent).toEqual([error]);
  await expect
    .poll(() => commands)
    .toMatchObject([
      {
        type: 'link-report',
        nodeId: 'node-1',
        epoch: 7,
        report: { type: 'session-closed', participantId: 'p', session: 2, code: 'media_unavailable' },
      },
    ]);
});
