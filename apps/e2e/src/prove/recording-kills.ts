/**
 * `pnpm prove:recording-kills`: what a recording loses when what it is made of dies. While two probes (see recording.ts) are recorded, the Worker,
 * the node and the recorder are killed with SIGKILL, one after the other, each with all it has started, and started again a second later, as
 * a supervisor does. Nobody touches the recording meanwhile; it is stopped in the end and finishes by itself. Of each file then: what was
 * lost of what had been sent before each kill, which may be the segment that was open, when it goes on, and whether the recording states
 * as gaps all that is missing.
 *
 * `SECONDS` (25) before each kill, and after the last.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SEGMENT_SECONDS } from '@parley/protocol/recording/manifest';
import { type Blow, blowShortfalls, describeBlows, recordUnderBlows } from '../recording/blows.ts';
import { StackRecorder } from '../recording/stack-recorder.ts';
import type { Stack } from '../stack.ts';
import { numberSetting, showProof } from './show-proof.ts';

/** Until a supervisor starts again what died, ms. */
const RESTART_MS = 1_000;
/** What dies may have passed on the last for so long, ms. */
const NOTICED_MS = 2_000;
/** A segment is at most so long; its last frame may be some time on its way, ms. */
const MOST_LOST_MS = SEGMENT_SECONDS * 1000 + 500;
/** Whatever is dead is replaced in this time, ms. */
const MOST_AWAY_MS = 60_000;

/** The Worker dies, and is started again. */
function workerKilled(stack: Stack): Blow {
  return killed(
    'the kill of the Worker',
    () => stack.killEdge(),
    () => stack.startEdge(),
  );
}

/** The node dies, and is started again. */
function nodeKilled(stack: Stack): Blow {
  return killed(
    'the kill of the node',
    () => stack.endNode('SIGKILL'),
    () => stack.startNode(),
  );
}

/** A recorder dies with all that it has started, and is started again. */
export function recorderKilled(recorder: Pick<StackRecorder, 'kill' | 'restart'>): Blow {
  return killed(
    'the kill of the recorder',
    () => recorder.kill(),
    () => recorder.restart(),
  );
}

function killed(what: string, kill: () => Promise<unknown>, start: () => Promise<unknown>): Blow {
  const strike = async () => {
    await kill();
    await sleep(RESTART_MS);
    await start();
  };
  return {
    what,
    mostLost: MOST_LOST_MS,
    mostMissing: MOST_LOST_MS + MOST_AWAY_MS,
    noticed: NOTICED_MS,
    strike,
  };
}

if (import.meta.main) {
  await showProof({}, async (stack) => {
    const recorder = await StackRecorder.start(stack);
    const blows = [workerKilled(stack), nodeKilled(stack), recorderKilled(recorder)];
    try {
      const figures = await recordUnderBlows(stack, blows, { seconds: numberSetting('SECONDS', 25) });
      console.log(describeBlows(figures));
      const wrong = blowShortfalls(figures);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    } finally {
      await recorder.stop();
    }
    return 'no more than the open segment is lost, and it is said where';
  });
}
