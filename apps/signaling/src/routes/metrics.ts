import { Hono } from 'hono';
import { requireApi } from '../access/require-api.ts';
import { countRooms } from '../directory/directory.ts';
import type { Environment } from '../environment.ts';
import { allNodes } from '../fleet/fleets.ts';
import { fleetMetrics } from '../metrics/fleet-metrics.ts';
import { PAGE_TYPE, writePage } from '../metrics/page.ts';

/** `/metrics`: the fleets of all regions, for Prometheus. */
export const metrics = new Hono<{ Bindings: Environment }>();

metrics.get('/metrics', requireApi('administer'), async (c) => {
  const [counts, nodes] = await Promise.all([countRooms(c.env), allNodes(c.env)]);
  return c.body(writePage(fleetMetrics(counts, nodes)), 200, {
    'Content-Type': PAGE_TYPE,
    'Cache-Control': 'no-store',
  });
});
