import { expect, it } from 'vitest';
import { describe as describeComparisons, ratios } from './forward/comparison.ts';
import { benchForward } from './forward.ts';

it('compares what forwarding costs the node and bare mediasoup', {
  timeout: 120_000,
}, async () => {
  const lines: string[] = [];
  const options = {
    scenes: ['viewers'],
    workers: [1],
    pairs: 1,
    seconds: 3,
    settleSeconds: 2,
    size: 9,
  } as const;
  const comparisons = await benchForward(options, (line) => lines.push(line));
  console.log([...lines, describeComparisons(comparisons)].join('\n'));
  const [comparison] = comparisons;
  const [pair] = comparison?.pairs ?? [];
  for (const window of [pair?.bare, pair?.parley]) {
    // Eight who are sent audio and some layer of video.
    expect(window?.packetsOut, 'packets sent').toBeGreaterThan(8 * 50);
    expect(window?.packetsIn, 'packets taken').toBeGreaterThan(0);
    expect(window?.workers, 'CPU time of the worker').toBeGreaterThan(0);
    expect(window?.node, 'CPU time of the process').toBeGreaterThan(0);
    expect(window?.lost, 'share lost').toBeLessThanOrEqual(1);
  }
  expect(ratios(comparison ?? { title: '', workers: 0, pairs: [] })).toEqual([expect.any(Number)]);
});
