import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CheckName, CheckResult, ConnectionReport, Outcome } from '@parley/client/connection-test';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Service } from '../../../infra/dev/processes.ts';
import { makeSecret } from '../../../infra/dev/stack.ts';
import { expectAccessible } from './accessible.ts';
import { openPage } from './browser.ts';
import { CHROMIUM, launchBrowser } from './launch-browser.ts';
import { takePicture } from './picture.ts';
import { Stack } from './stack.ts';
import { ClientNetwork } from './turn/client-network.ts';
import { startCoturn } from './turn/coturn.ts';

/** A whole test that waits for what never comes, on a busy machine, ms. */
const PATIENCE = 150_000;
const secret = makeSecret();

let folder: string;
let network: ClientNetwork;
let coturn: Service;
let stack: Stack;
/** On this machine; where camera and microphone are forbidden; and behind the firewall. */
let free: Browser;
let forbidden: Browser;
let blocked: Browser;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-test-'));
  network = await ClientNetwork.open();
  const { node, turn } = network;
  coturn = await startCoturn({ folder, addresses: [turn], allowed: [node], secret });
  const urls = [`turn:${turn}:3478`, `turn:${turn}:3478?transport=tcp`, `turns:${turn}:443?transport=tcp`];
  stack = await Stack.start({
    host: node,
    direct: false,
    nodeEnv: { PARLEY_LISTEN_IPS: node, PARLEY_PERFORMANCE_WORKER_THREADS: '1' },
    edgeEnv: {
      PARLEY_WEBRTC_ICE_SERVERS: '[]',
      PARLEY_WEBRTC_TURN_URLS: JSON.stringify(urls),
      PARLEY_TURN_SECRET: secret,
    },
  });
  const args = [`--unsafely-treat-insecure-origin-as-secure=${stack.url}`, '--ignore-certificate-errors'];
  free = await launchBrowser(20, CHROMIUM, args);
  forbidden = await launchBrowser(20, CHROMIUM, [...args, '--use-fake-ui-for-media-stream=deny']);
  blocked = await launchBrowser(20, await network.wrap(CHROMIUM, folder), args);
}, 120_000);

afterEach(async () => {
  for (const browser of [free, forbidden, blocked]) {
    for (const context of browser.contexts()) await context.close();
  }
});

afterAll(async () => {
  await blocked?.close();
  await forbidden?.close();
  await free?.close();
  await stack?.stop();
  await coturn?.stop();
  await network?.close();
  await rm(folder, { recursive: true, force: true });
  expect(stack?.troubles).toEqual([]);
});

const open = (browser: Browser, link = '/test') => openPage(browser, link, { url: stack.url });

/** Runs the page's test to its end. */
async function run(page: Page): Promise<ConnectionReport> {
  await page.getByTestId('test-start').click();
  await page.locator('[data-testid=connection-test][data-outcome]').waitFor({ timeout: PATIENCE });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByTestId('test-copy-json').click();
  return JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as ConnectionReport;
}

function outcomes({ results }: ConnectionReport): Partial<Record<CheckName, Outcome>> {
  return Object.fromEntries(results.map(({ check, outcome }) => [check, outcome]));
}

/** What carries a way out of the client's network. */
function howItLeft(checked: CheckResult): string | undefined {
  const way = 'found' in checked && 'way' in checked.found ? checked.found.way : undefined;
  return way?.relayProtocol ?? way?.protocol;
}

function result(report: ConnectionReport, check: CheckName): CheckResult {
  return report.results.find((one) => one.check === check) ?? expect.fail(`no result of ${check}`);
}

it(
  'passes every check where all is well, says what it found, and leaves nothing behind',
  async () => {
    const page = await open(free);
    const report = await run(page);
    await expectAccessible(page, 'the connection test');
    expect(outcomes(report), JSON.stringify(report.results, null, 1)).toEqual({
      browser: 'passed',
      devices: 'passed',
      server: 'passed',
      signaling: 'passed',
      udp: 'passed',
      tcp: 'passed',
      'turn-udp': 'passed',
      'turn-tcp': 'passed',
      'turn-tls': 'passed',
      publish: 'passed',
      subscribe: 'passed',
      reconnect: 'passed',
      quality: 'passed',
    } satisfies Record<CheckName, Outcome>);
    for (const [check, way] of [
      ['udp', { protocol: 'udp' }],
      ['tcp', { protocol: 'tcp' }],
      ['turn-udp', { type: 'relay', relayProtocol: 'udp' }],
      ['turn-tcp', { type: 'relay', relayProtocol: 'tcp' }],
      ['turn-tls', { type: 'relay', relayProtocol: 'tls' }],
    ] as const) {
      expect(result(report, check), check).toMatchObject({ found: { way } });
    }
    expect(result(report, 'subscribe')).toMatchObject({ found: { width: 640, height: 360, heard: true } });
    const rooms = await (await fetch(`${stack.url}/api/rooms/${report.room}`)).json();
    expect(rooms, 'both have left').toMatchObject({ participantCount: 0 });
  },
  PATIENCE,
);

/** The line of a check as somebody reads it. */
const line = (page: Page, check: CheckName) => page.locator(`[data-check=${check}]`);

it(
  'says behind a firewall that UDP is blocked and where to let it out, and that calls work all the same; is stopped and run again',
  async () => {
    const edge = { protocol: 'tcp', address: network.node, port: Number(new URL(stack.url).port) } as const;
    await network.allowOnly([
      edge,
      { protocol: 'tcp', address: network.node, port: stack.rtcPort },
      { protocol: 'tcp', address: network.turn, port: 3478 },
      { protocol: 'tcp', address: network.turn, port: 443 },
    ]);
    const page = await open(blocked);
    await page.getByTestId('test-devices').uncheck();
    await page.getByTestId('test-start').click();
    await page.locator('[data-check=udp][data-state=running]').waitFor();
    await page.getByTestId('test-stop').click();
    await page.locator('[data-outcome=stopped]').waitFor();

    const report = await run(page);
    await takePicture(page, 'connection-test-udp-blocked', { fullPage: true });
    expect(report.outcome).toBe('warning');
    expect(outcomes(report)).toMatchObject({
      devices: 'skipped',
      udp: 'failed',
      tcp: 'passed',
      'turn-udp': 'failed',
      'turn-tcp': 'passed',
      'turn-tls': 'passed',
      publish: 'passed',
      reconnect: 'passed',
    });
    const to = `udp ${network.node}:${stack.rtcPort}`;
    expect(result(report, 'udp')).toMatchObject({ reason: 'blocked', found: { to: [to] } });
    expect(result(report, 'turn-udp')).toMatchObject({ reason: 'turn-unreachable' });
    // The browser takes its choice of the ways that are left.
    expect(['tcp', 'tls']).toContain(howItLeft(result(report, 'publish')));
    const text = await line(page, 'udp').textContent();
    expect(text).toContain('a firewall is in the way');
    expect(text).toContain('Let UDP out to the addresses below');
    expect(text).toContain(to);
    await page.getByTestId('test-copy-text').click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('[failed] Media over UDP (blocked)');
    expect(await network.dropped(), 'UDP to the node was tried').toBeGreaterThan(0);
  },
  PATIENCE,
);

it(
  'says what to do about devices that are forbidden, and that there is no media node',
  async () => {
    await stack.endNode('SIGTERM');
    const page = await open(forbidden, '/test?lang=de');
    await page.setViewportSize({ width: 390, height: 844 });
    const report = await run(page);
    await takePicture(page, 'connection-test-no-node-phone', { fullPage: true });
    expect(report.outcome).toBe('failed');
    expect(outcomes(report)).toMatchObject({
      server: 'warning',
      signaling: 'passed',
      udp: 'failed',
      tcp: 'failed',
      publish: 'failed',
      subscribe: 'skipped',
    });
    expect(result(report, 'devices')).toMatchObject({ outcome: 'failed', reason: 'permission-denied' });
    expect(await line(page, 'devices').textContent()).toContain('Erlauben Sie Kamera und Mikrofon');
    for (const check of ['udp', 'tcp', 'publish'] as const) {
      expect(result(report, check), check).toMatchObject({ reason: 'no-media-node' });
      expect(await line(page, check).textContent()).toContain('gerade keinen Medienknoten');
    }
    expect(await line(page, 'quality').textContent()).toContain('Braucht „Bild und Ton senden“');
  },
  PATIENCE,
);
