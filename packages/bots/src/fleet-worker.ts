/** A process of bots: {@link BotFleet} starts it and talks to it over IPC. It ends with its parent. */
import { BotSquad } from './bot-squad.ts';
import type { FromWorker, ToWorker } from './fleet-messages.ts';

let squad: BotSquad | undefined;

process.on('message', (message) => void take(message as ToWorker));
// libdatachannel's threads would keep the process.
process.once('disconnect', () => process.exit(0));

async function take(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'start':
      squad = new BotSquad(message.plan, message.pace);
      await squad.start();
      answer({ type: 'start' });
      return;
    case 'figures':
      if (squad !== undefined) answer({ type: 'figures', figures: await squad.figures() });
      return;
    case 'bots':
      if (squad !== undefined) answer({ type: 'bots', bots: await squad.bots() });
      return;
    case 'idle':
      await squad?.setIdle(message.idles);
      answer({ type: 'idle' });
      return;
    case 'close':
      await squad?.close();
      answer({ type: 'close' });
      return;
  }
  message satisfies never;
}

function answer(message: FromWorker): void {
  process.send?.(message);
}
