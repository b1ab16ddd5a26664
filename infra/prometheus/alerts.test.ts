import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { namesAskedFor, readPanels } from './dashboards.ts';
import { promtool } from './promtool.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's placeholder.
const CHOSEN = '${datasource}';
/** The first time on a machine it may have to be installed. */
const INSTALL_MS = 10 * 60_000;

describe('the alerts', () => {
  it.each([
    ['are rules', ['check', 'rules', '--lint-fatal', 'alerts.yaml']],
    ['fire when they should and not otherwise', ['test', 'rules', 'alerts-cases.yaml']],
    ['are found by the example of a configuration', ['check', 'config', 'prometheus.yaml']],
  ])('%s', { timeout: INSTALL_MS }, async (_, args) => {
    const { code, output } = await promtool(args);
    expect(code, output).toBe(0);
    expect(output).toContain('SUCCESS');
  });
});

describe('the dashboard', () => {
  it('has panels that Grafana can tell apart and place', async () => {
    const panels = await readPanels();
    expect(panels.length).toBeGreaterThan(20);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [index, { gridPos: a, title }] of panels.entries()) {
      expect(a.x + a.w, title).toBeLessThanOrEqual(24);
      const overlaps = panels.slice(index + 1).filter(({ gridPos: b }) => {
        return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
      });
      expect(
        overlaps.map((other) => other.title),
        `over ${title}`,
      ).toEqual([]);
    }
  });

  it('asks the data source that is chosen, with queries that Prometheus can read', async () => {
    const targets = (await readPanels()).flatMap((panel) => panel.targets ?? []);
    expect(new Set(targets.map(({ datasource }) => datasource.uid))).toEqual(new Set([CHOSEN]));
    const rules = targets.map(({ expr }, i) => `{ record: "panel:${i}", expr: ${JSON.stringify(expr)} }`);
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-panels-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'panels.yaml');
    await writeFile(file, `groups: [{ name: dashboard, rules: [${rules.join(', ')}] }]`);
    const { code, output } = await promtool(['check', 'rules', file]);
    expect(code, output).toBe(0);
    expect(output).toContain(`${targets.length} rules found`);
  }, 60_000);

  it('shows the specification’s seven metrics', async () => {
    const names = await namesAskedFor();
    for (const name of [
      'rooms_total',
      'participants_total',
      'video_tracks_total',
      'audio_tracks_total',
      'bandwidth_usage_bytes',
      'packet_loss_rate',
      'jitter_ms',
    ]) {
      expect(names).toContain(`webrtc_${name}`);
    }
  });
});
