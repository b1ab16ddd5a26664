import { reasonOf } from './call-rules.ts';
import type { Check } from './check.ts';
import { PASSED, type PublishFound } from './result.ts';
import { TestCall } from './test-call.ts';
import { sleep, until } from './until.ts';

/** Milliseconds for the first report of the node, which comes once in a second for pictures, in five for sound. */
const TIMEOUT = 12_000;
/** Milliseconds for the browser's estimate to rise, then those that count. */
const WARM_UP = 2_000;
const WINDOW = 2_000;
/** Bit/s: less than a small picture and sound need. */
const LITTLE = 150_000;

/** Whether a picture and a tone get to the node by the best way there is. */
export const publishCheck: Check<'publish'> = {
  name: 'publish',
  needs: 'signaling',
  async find(context) {
    const { signal, tone, picture } = context;
    const sender = await context.join('sender');
    if (!(sender instanceof TestCall)) return { ...NOTHING, problem: sender };
    context.sender = sender;
    const { publish } = sender.call.grants;
    const problems = await Promise.all([
      publish.includes('camera') ? sender.publish('camera', picture.track, signal) : undefined,
      publish.includes('microphone') ? sender.publish('microphone', tone.track, signal) : undefined,
    ]);
    if (!publish.includes('camera') && !publish.includes('microphone')) problems.push('publish_not_allowed');
    const problem = problems.find((one) => one !== undefined);
    if (problem !== undefined) return { ...NOTHING, problem };
    await until(async () => (await sender.figures('sending')).remoteLost, TIMEOUT, signal);
    const { way } = await sender.figures('sending');
    if (way === undefined) return NOTHING;
    await sleep(WARM_UP, signal);
    const before = await sender.figures('sending');
    await sleep(WINDOW, signal);
    const after = await sender.figures('sending');
    return {
      way,
      bytesSent: after.bytesSent,
      acknowledged: after.remoteLost !== undefined,
      bitrate: ((after.bytesSent - before.bytesSent) * 8000) / (after.at - before.at),
      width: after.video.width,
      height: after.video.height,
    };
  },
  judge({ problem, way, acknowledged, bitrate, width }) {
    if (problem !== undefined) return { outcome: 'failed', reason: reasonOf(problem) };
    if (way === undefined) return { outcome: 'failed', reason: 'no-way' };
    if (!acknowledged) return { outcome: 'failed', reason: 'not-acknowledged' };
    // Without the right to send a picture there is little to send.
    return width === 0 || bitrate >= LITTLE ? PASSED : { outcome: 'warning', reason: 'low-bitrate' };
  },
};

const NOTHING: PublishFound = { bytesSent: 0, acknowledged: false, bitrate: 0, width: 0, height: 0 };
