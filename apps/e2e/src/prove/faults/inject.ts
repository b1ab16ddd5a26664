import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SdkParticipant } from '../../sdk/sdk-participant.ts';
import type { Stack } from '../../stack.ts';
import type { ClientNetwork } from '../../turn/client-network.ts';
import type { Fault } from './fault-names.ts';

/** What a fault is done to: the servers, and the network and browser of the one whom it befalls. */
export interface Victims {
  stack: Stack;
  network: ClientNetwork;
  ann: SdkParticipant;
}

/** Does it; settles when it is over, as far as it ever is. */
export async function inject(fault: Fault, { stack, network, ann }: Victims): Promise<void> {
  switch (fault) {
    case 'room’s socket cut':
      return network.cutTcp(Number(new URL(stack.url).port));
    case 'node’s socket cut':
      return network.cutTcp(stack.clientPort);
    case 'camera unplugged':
      // The browser loses the process that captures, and with it the camera: tracks end as when a plug is pulled.
      return signal(await processes(network, 'video_capture'), 'SIGKILL');
    case 'UDP blocked 5 s':
      return during(5, (on) => network.blockUdp(on));
    case 'UDP blocked 30 s':
      return during(30, (on) => network.blockUdp(on));
    case 'node’s worker killed':
      return signal(await stack.workerPids(), 'SIGKILL');
    case 'Worker restarted':
      await stack.killEdge();
      return stack.startEdge();
    case 'node killed, another started':
      await stack.endNode('SIGKILL');
      return stack.startNode();
    case 'address changed':
      return network.changeAddress();
    case 'tab frozen 20 s': {
      const session = await ann.page.context().newCDPSession(ann.page);
      await during(20, async (on) => {
        await session.send('Page.setWebLifecycleState', { state: on ? 'frozen' : 'active' });
      });
      return session.detach();
    }
    case 'tab stopped 20 s':
      return stopped(20, await processes(network, '--type=renderer'));
    case 'machine asleep 45 s':
      return stopped(45, await network.pids());
    default:
      return fault satisfies never;
  }
}

async function during(seconds: number, set: (on: boolean) => Promise<void>): Promise<void> {
  await set(true);
  try {
    await sleep(seconds * 1000);
  } finally {
    await set(false);
  }
}

function stopped(seconds: number, pids: readonly number[]): Promise<void> {
  return during(seconds, async (on) => signal(pids, on ? 'SIGSTOP' : 'SIGCONT'));
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  if (pids.length === 0) throw new Error(`there is no process to send ${name}`);
  for (const pid of pids) process.kill(pid, name);
}

/** Processes of the network whose command line has a text. */
async function processes(network: ClientNetwork, text: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await network.pids()) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(text)) found.push(pid);
  }
  return found;
}
