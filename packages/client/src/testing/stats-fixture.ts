import chromium from '../../fixtures/stats-chromium.jsonl?raw';
import firefox from '../../fixtures/stats-firefox.jsonl?raw';
import type { SessionReport, StatsEntry } from '../call-stats.ts';

interface Line {
  readonly look: 'first' | 'second';
  readonly side: 'sending' | 'receiving';
  readonly entry: StatsEntry;
}

/** What a browser reported of a camera (mid 0) and a microphone (mid 1), sent and received, two seconds apart. */
export function recordedStats(browser: 'chromium' | 'firefox'): [SessionReport, SessionReport] {
  const lines = { chromium, firefox }[browser]
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const entries = (look: Line['look'], side: Line['side']) => ({
    state: 'connected' as const,
    entries: new Map(
      lines
        .filter((line) => line.look === look && line.side === side)
        .map(({ entry }) => [String(entry['id']), entry]),
    ),
  });
  const report = (look: Line['look'], at: number): SessionReport => ({
    session: 1,
    at,
    sending: entries(look, 'sending'),
    receiving: entries(look, 'receiving'),
    sources: new Map([
      ['0', 'camera'],
      ['1', 'microphone'],
    ]),
    tracks: new Map([
      ['0', { trackId: 'v', participantId: 'ann', source: 'camera' }],
      ['1', { trackId: 'a', participantId: 'ann', source: 'microphone' }],
    ]),
  });
  return [report('first', 0), report('second', 2000)];
}
