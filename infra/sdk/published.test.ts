import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../dev/processes.ts';
import { buildApiDocs } from './api-docs.ts';
import { buildPackage, bundleSdk, folderOf, PUBLISHED } from './build.ts';

/** Most bytes, gzipped, of the file that pages load. */
const BUDGET = 25_000;

/** What somebody might write, with the browser's SDK alone and with what a server needs. */
const PROGRAMS: Record<string, string> = {
  'call.ts': `
    import { type Call, CallError, connect } from '@parley/client';
    try {
      const call: Call = await connect('https://meet.example', { room: 'stand-up', name: 'Ada' });
      call.on('track', ({ track, source }) => { if (source === 'camera') console.log(track.label); });
      call.on('closed', (end) => { if (end.reason === 'room-closed') console.log(end.why); });
      await call.setCameraEnabled(true);
      const maxBitrate: number = call.grants.maxBitrate;
      console.log(maxBitrate);
    } catch (error) {
      if (error instanceof CallError && error.code === 'room_full') console.log(error.message);
    }`,
  'capture.ts': `
    import { captureCamera } from '@parley/client';
    const camera: MediaStreamTrack = await captureCamera({ facingMode: 'user' });
    console.log(camera.label);`,
  'test.ts': `
    import { ConnectionTest } from '@parley/client/connection-test';
    const test = new ConnectionTest('https://meet.example');
    test.on('result', ({ check, outcome }) => console.log(check, outcome));
    console.log((await test.run()).version);`,
  'whole.ts': "export * from '@parley/client';",
  'server.ts': `
    import { mintToken, verifyWebhook } from '@parley/server';
    const apiKey = { id: 'key', secret: 'a secret of at least thirty-two characters' };
    console.log(await mintToken({ apiKey, identity: 'ada', room: 'stand-up', grants: { moderate: true } }));
    const event = await verifyWebhook('{}', undefined, [apiKey]);
    if (event.event === 'participant-left') console.log(event.reason);`,
  'meeting.tsx': example('react/main.tsx'),
  'wrong.ts': `
    import { CallError, connect } from '@parley/client';
    // @ts-expect-error there is no such code
    new CallError('no_such_code', '');
    // @ts-expect-error a room is needed
    await connect('https://meet.example', { name: 'Ada' });
    const call = await connect('https://meet.example', { room: 'stand-up', name: 'Ada' });
    // @ts-expect-error there is no such event
    call.on('no-such-event', () => {});`,
};

/** The code of a quick start. */
function example(file: string): string {
  return readFileSync(path.join(ROOT, 'docs/examples', file), 'utf8');
}

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'parley-installed-'));
  for (const name of PUBLISHED) {
    await buildPackage(name);
    execFileSync('npx', ['-y', 'pnpm@12.21.0', 'pack', '--pack-destination', folder], {
      cwd: folderOf(name),
      stdio: 'pipe',
    });
  }
  const tarballs = readdirSync(folder).map((file) => `./${file}`);
  const react = ['react@19.3.1', 'react-dom@19.3.1', '@types/react@19', '@types/react-dom@19'];
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  // Into a folder that knows nothing of this repository.
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs, ...react], {
    cwd: folder,
    stdio: 'pipe',
  });
  for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(path.join(folder, name), text);
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(['bundler', 'nodenext'])(
  'type-check a program that installed them, with moduleResolution %s',
  (moduleResolution) => {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      // The declarations themselves are checked too: they are whole without any other package.
      skipLibCheck: false,
      target: 'ES2024',
      lib: ['ES2024', 'DOM', 'DOM.Iterable'],
      types: [],
      jsx: 'react-jsx',
      module: moduleResolution === 'bundler' ? 'preserve' : 'nodenext',
      moduleResolution,
    };
    const tsconfig = path.join(folder, `tsconfig.${moduleResolution}.json`);
    writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: Object.keys(PROGRAMS) }));
    const run = () =>
      execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', tsconfig], { stdio: 'pipe' });
    expect(output(run)).toBe('');
  },
);

it.each([...PUBLISHED])('the declarations of %s know every type', (name) => {
  const dist = path.join(folderOf(name), 'dist');
  for (const file of readdirSync(dist).filter((one) => one.endsWith('.d.ts'))) {
    const types = readFileSync(path.join(dist, file), 'utf8').replaceAll(/\/\*\*.*?\*\//gs, '');
    expect(types, file).not.toMatch(/\bany\b/);
  }
});

it('the browser’s SDK depends on nothing, and brings neither schemas nor anything of the workspace', () => {
  const installed = path.join(folder, 'node_modules/@parley/client');
  const manifest = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(manifest['dependencies'] ?? {}).toEqual({});
  expect(readdirSync(path.join(folder, 'node_modules')).filter((name) => name === 'zod')).toEqual([]);
  for (const file of ['index.js', 'index.d.ts', 'connection-test.js', 'connection-test.d.ts']) {
    const text = readFileSync(path.join(installed, 'dist', file), 'utf8');
    expect(text).not.toMatch(/from ['"](?!\.\/shared-)|import\(|zod/);
  }
  expect(readFileSync(path.join(installed, 'dist/index.d.ts'), 'utf8')).not.toContain('@internal');
});

it(`the SDK that a server serves is no larger than ${BUDGET} bytes gzipped, and its README says how large`, async () => {
  const file = path.join(folder, 'parley.js');
  await bundleSdk(file);
  const size = gzipSync(readFileSync(file)).length;
  console.log(
    `parley.js, gzipped: ${size} bytes of ${BUDGET}; bundled by others: ${await gzippedSize('whole.ts')}`,
  );
  expect(size).toBeLessThanOrEqual(BUDGET);
  const readme = readFileSync(path.join(folderOf('client'), 'README.md'), 'utf8');
  const said = Number(/(\d+) kB gzipped/.exec(readme)?.[1]);
  expect(Math.abs(said - size / 1000), `packages/client/README.md says ${said} kB`).toBeLessThan(1.5);
});

it('who imports only captureCamera gets little more than that', async () => {
  const size = await gzippedSize('capture.ts');
  console.log(`captureCamera alone, minified and gzipped: ${size} bytes`);
  expect(size).toBeLessThan(2_500);
});

it('the API reference says something of everything public, and leads nowhere that is not', async () => {
  const docs = path.join(folder, 'docs');
  expect(await buildApiDocs(docs), 'warnings, written above').toBe(0);
  const page = readFileSync(path.join(docs, 'modules/_parley_client.html'), 'utf8');
  // What the page has of scripts is allowed by name: see where the edge serves it.
  const headers = readFileSync(path.join(ROOT, 'apps/meet/public/_headers'), 'utf8');
  for (const [, script = ''] of page.matchAll(/<script>(.*?)<\/script>/gs)) {
    expect(headers).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  }
}, 120_000);

it('runs on a server without a bundler', async () => {
  mkdirSync(path.join(folder, 'run'));
  const program = path.join(folder, 'run/mint.js');
  writeFileSync(
    program,
    `import { mintToken } from '@parley/server';
     const apiKey = { id: 'key', secret: 'a secret of at least thirty-two characters' };
     console.log((await mintToken({ apiKey, identity: 'ada', room: 'stand-up' })).split('.').length);`,
  );
  expect(execFileSync(process.execPath, [program], { encoding: 'utf8' }).trim()).toBe('3');
});

/** Bytes of a program with what it takes of the SDK, by another bundler than the one that built it. */
async function gzippedSize(program: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, program)],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

/** What a compiler complained of; nothing where it did not. */
function output(run: () => Buffer): string {
  try {
    return run().toString();
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout ?? error);
  }
}
