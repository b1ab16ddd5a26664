/**
 * `pnpm test`: everything, the real browser included. Installs what it needs, prints each step with its time, and
 * ends with what failed and the count of tests. `pnpm test STEP …` runs only the named steps.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureWorker } from '../mediasoup-worker/ensure.ts';
import { ROOT } from './processes.ts';
import { summarize } from './report.ts';
import { buildPage, run } from './run.ts';
import { ensureDebianPackages } from './system-packages.ts';

/** What the clients of docs/examples need. */
const PYTHON_PACKAGES = ['python3-aiortc', 'python3-websockets'];
const GSTREAMER_PACKAGES = [
  ...['python3-gi', 'gir1.2-gst-plugins-base-1.0', 'gir1.2-gst-plugins-bad-1.0', 'gstreamer1.0-nice'],
  ...['gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-bad'],
];

const reports = path.join(ROOT, 'coverage/reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

let workerBin = '';
const steps: Record<string, () => Promise<number>> = {
  async browser() {
    const network = ['coturn', 'iproute2', 'iptables', 'openssl'];
    const foreign = [...PYTHON_PACKAGES, ...GSTREAMER_PACKAGES];
    await ensureDebianPackages(
      ['chromium', 'firefox-esr', ...network, ...foreign],
      'to run the browser tests',
    );
    return 0;
  },
  async promtool() {
    await ensureDebianPackages(['prometheus'], 'to check metrics and alerts');
    return 0;
  },
  async worker() {
    workerBin = (await ensureWorker()).path;
    return 0;
  },
  async check() {
    const lint = await run('biome', ['check', '.']);
    return (await run('node', ['infra/dev/typecheck.ts'])) || lint;
  },
  page: buildPage,
  // What `wrangler deploy` would upload can be made of this tree.
  bundle: () => run('wrangler', ['deploy', '--dry-run', '--outdir', path.join(reports, 'bundle')]),
  async unit() {
    await ensureDebianPackages(['ffmpeg'], 'to make and check recordings');
    return vitest('unit', []);
  },
  /** Those that mostly wait run beside the others; what they print comes when both have ended. */
  async e2e() {
    const log = path.join(reports, 'waiting.log');
    const codes = await Promise.all([
      vitest('e2e', ['--config', 'apps/e2e/vitest.config.ts']),
      vitest('waiting', ['--config', 'apps/e2e/vitest.waiting.config.ts'], log),
    ]);
    process.stdout.write(readFileSync(log));
    return Math.max(...codes);
  },
};

function vitest(name: string, args: string[], log?: string): Promise<number> {
  const report = path.join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return run('vitest', ['run', ...args, ...reporters], { MEDIASOUP_WORKER_BIN: workerBin }, log);
}

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (name in steps) continue;
  console.error(`There is no step ${name}; the steps are ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}
// The worker is found in no time and both kinds of test need it.
if (wanted.length > 0 && !wanted.includes('worker')) wanted.unshift('worker');

const failed: string[] = [];
for (const [name, step] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`\n── ${name} ${'─'.repeat(60 - name.length)}`);
  const start = performance.now();
  const code = await step().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
  console.error(
    `── ${name} ${code === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  if (code !== 0) failed.push(name);
  // Without these two the rest can only fail.
  if (code !== 0 && (name === 'browser' || name === 'worker')) break;
}

const { passed, failed: red, failures } = summarize(reports, ['unit', 'e2e', 'waiting'], ROOT);
for (const failure of failures) console.log(`\n${failure}`);
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`);
console.log(`${passed} passed, ${red} failed`);
process.exit(failed.length === 0 ? 0 : 1);
