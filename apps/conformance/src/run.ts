import { randomUUID } from 'node:crypto';
import { CallScenario } from './call-scenario.ts';
import { RECOVERING_ONLY } from './checks.ts';
import { ENDINGS, playEnding } from './ending-scenario.ts';
import { Endpoint } from './endpoint.ts';
import type { ConformanceOptions } from './options.ts';
import { makeReport, type Report } from './report.ts';
import { Verdicts } from './verdicts.ts';
import { Stopped, Visit } from './visit.ts';

/** Runs every scenario for a client, one after the other, and says what came of it. */
export async function runConformance(options: ConformanceOptions): Promise<Report> {
  const verdicts = new Verdicts();
  const endpoint = await Endpoint.open(options.upstream, options.port ?? 0);
  const visit = async (play: (visit: Visit) => Promise<void>) => {
    const room = `conformance-${randomUUID().slice(0, 8)}`;
    await play(await Visit.begin(options, endpoint, verdicts, room));
  };
  if (options.level === 'basic')
    for (const check of RECOVERING_ONLY) verdicts.skip(check, 'for clients that say recovers: true');
  try {
    await visit(async (first) => {
      const call = new CallScenario(first);
      try {
        if (options.level === 'recovering' && first.client.join?.recovers !== true)
          throw new Error('its join does not say recovers: true');
        await call.play();
      } finally {
        await call.end();
        await first.stop();
      }
    });
    for (const ending of Object.keys(ENDINGS) as (keyof typeof ENDINGS)[]) {
      if (verdicts.has(ending)) continue;
      await visit((next) => playEnding(next, ending));
    }
  } catch (error) {
    if (!(error instanceof Stopped))
      verdicts.fail('join-first', error instanceof Error ? error.message : String(error));
  } finally {
    endpoint.close();
  }
  return makeReport(options, verdicts);
}
