import { expect, inject, it } from 'vitest';
import { namesAskedFor } from '../../../infra/prometheus/dashboards.ts';
import { promtool } from '../../../infra/prometheus/promtool.ts';
import { RecorderMetrics, type RecorderSample } from '../../recorder/src/telemetry/recorder-metrics.ts';

/** What a recorder measures that has nothing to do. */
const IDLE: RecorderSample = {
  load: { recordings: 0, tracks: 0, finishing: 0, cpu: 0, freeBytes: 1e9 },
  registered: true,
  linksUp: 0,
  uploadsWaiting: 0,
  epochsOpen: 0,
  captures: [],
};

const pages = {
  edge: async () => await (await fetch(`${inject('url')}/metrics`)).text(),
  node: async () => await (await fetch(inject('metricsUrl'))).text(),
  recorder: () => new RecorderMetrics(() => IDLE).page(),
};

/** What Prometheus's conventions say against the specification's own names. */
const SPECIFIED =
  /^webrtc_(rooms_total|participants_total|video_tracks_total|audio_tracks_total|bandwidth_usage_bytes|packet_loss_rate|jitter_ms) /;

/** What it has to complain about wherever it has looked. */
const WRONG = '# HELP wrong_total A gauge with a counter’s name\n# TYPE wrong_total gauge\nwrong_total 1\n';

it.each(['edge', 'node', 'recorder'] as const)(
  'the %s’s metrics are as Prometheus wants them',
  async (whose) => {
    const { output } = await promtool(['check', 'metrics'], `${await pages[whose]()}\n${WRONG}`);
    const complaints = output.split('\n').filter((line) => line !== '' && !SPECIFIED.test(line));
    expect(complaints).toEqual([expect.stringMatching(/^wrong_total /)]);
  },
  600_000,
);

it('the dashboard and the alerts ask for nothing that is not there', async () => {
  // Those by node appear with its first heartbeat that tells figures.
  await expect.poll(pages.edge, { timeout: 30_000 }).toContain('parley_node_memory_bytes{node="node-e2e"}');
  const page = (await pages.edge()) + (await pages.node()) + (await pages.recorder());
  const there = new Set(
    [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  // Prometheus makes this one itself.
  there.add('up');
  const missing = [...(await namesAskedFor())].filter((name) => !there.has(name));
  expect(missing).toEqual([]);
});
