import { readFile } from 'node:fs/promises';

/** A panel of a Grafana dashboard, as far as tests look at it. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; datasource: { uid: string } }[];
}

export async function readPanels(): Promise<Panel[]> {
  const file = new URL('../grafana/parley.json', import.meta.url);
  return (JSON.parse(await readFile(file, 'utf8')) as { panels: Panel[] }).panels;
}

/** The names of metrics that the dashboard and the alerts ask for. */
export async function namesAskedFor(): Promise<Set<string>> {
  const alerts = await readFile(new URL('alerts.yaml', import.meta.url), 'utf8');
  const expressions = [
    ...(await readPanels()).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...[...alerts.matchAll(/^ +expr: (.*)$/gm)].map((match) => match[1] ?? ''),
  ];
  return new Set(expressions.flatMap((expression) => namesIn(expression)));
}

/** Metric names have an underscore before any bracket; labels stand in braces or after `by` and `on`. */
function namesIn(expression: string): string[] {
  const bare = expression.replace(/\{[^}]*\}|\b(by|on|without) \([^)]*\)|\b[a-z_]+(?= ?\()/g, ' ');
  return bare.match(/[a-z][a-z0-9_]*_[a-z0-9_]+|\bup\b/g) ?? [];
}
