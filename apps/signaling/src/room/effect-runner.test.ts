import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { openGrants } from '@parley/protocol/grants';
import type { Command } from '@parley/room/commands';
import type { Effect } from '@parley/room/effects';
import { expect, it } from 'vitest';
import { type EffectContext, EffectRunner, type ShellEffect } from './effect-runner.ts';

/** What a runner whose keys cannot be had works with, and what it sends and says to the rules. */
function parts() {
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
  return { context, sent, commands };
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
  const { context, sent, commands } = parts();
  const runner = new EffectRunner(context as unknown as EffectContext);
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

it('tells a recording’s memory what comes next, though the rules could not take what became of the news before', async () => {
  const { context, commands } = parts();
  let failing = true;
  const apply = async (command: Command) => {
    if (failing) throw new Error('the storage failed');
    commands.push(command);
  };
  const runner = new EffectRunner({ ...context, home: () => 'default', apply } as unknown as EffectContext);
  const turn = (number: number): ShellEffect => ({
    type: 'tell-recording',
    news: { type: 'turn', number, recordingId: 'rec-1', turn: { epoch: number, recorderId: 'r', at: 1 } },
  });
  await runner.run('r', [turn(1)]);
  await runner.told();
  failing = false;
  await runner.run('r', [turn(2)]);
  await runner.told();
  expect(commands).toEqual([{ type: 'recording-told', number: 2, heard: true }]);
});
