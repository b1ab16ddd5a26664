import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { inject } from 'vitest';

/** Watches every RTCPeerConnection and WebSocket of a page from the outside, before the page's own scripts run. */
const WATCH = readFileSync(new URL('../page/watch.js', import.meta.url), 'utf8');

const LACKS = readFileSync(new URL('../page/lacks.js', import.meta.url), 'utf8');

export interface PageOptions {
  /** Video codecs that the browser is to be without, by their names in SDP. */
  lacks?: string[];
  /** Seconds that the camera takes to be there. */
  cameraDelay?: number;
  /** A phone, held upright: fingers instead of a mouse. */
  phone?: boolean;
  /** Base URL of the edge; by default the one that tests share. */
  url?: string;
}

const LAPTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A page of its own context that is watched; errors in it are printed. */
export async function openPage(browser: Browser, path: string, options: PageOptions = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext(options.phone ? PHONE : LAPTOP);
  await context.addInitScript({
    content: `${WATCH}\nwatch.cameraDelay = ${(options.cameraDelay ?? 0) * 1000};`,
  });
  if (options.lacks) {
    await context.addInitScript({ content: `${LACKS}\nlacks(${JSON.stringify(options.lacks)});` });
  }
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`page console: ${message.text()}`);
  });
  await page.goto(`${options.url ?? inject('url')}${path}`);
  return page;
}

/** Says goodbye on every socket and closes every page, so that the next test finds empty rooms. */
export async function leaveAll(browser: Browser): Promise<void> {
  for (const context of browser.contexts()) {
    for (const page of context.pages()) await page.evaluate('watch.leave()').catch(() => undefined);
    await context.close();
  }
}

/** What `watch.report()` of page/watch.js tells. */
export interface PageReport {
  connections: { state: string; way?: CandidateReport; outbound: RtpReport[]; inbound: RtpReport[] }[];
  messages: { direction: 'in' | 'out'; text: string }[];
}

/** The local candidate of the pair that is in use (RFC 8445). */
export interface CandidateReport {
  type: string;
  protocol: 'udp' | 'tcp';
  /** How a relay is spoken to. */
  relayProtocol?: 'udp' | 'tcp' | 'tls';
}

/** One RTP stream by getStats (webrtc-stats). */
export interface RtpReport {
  kind: 'audio' | 'video';
  mid?: string;
  rid?: string;
  packets: number;
  bytes: number;
  frames?: number;
  width?: number;
  height?: number;
  keyFrames?: number;
  /** Energy of received audio, 0 for silence. */
  audioEnergy?: number;
  limitation?: string;
  /** MIME type of what is sent: `video/VP8`. */
  codec?: string;
}

/** Asks a watched page what its connections do. */
export function report(page: Page): Promise<PageReport> {
  return page.evaluate(() =>
    (globalThis as unknown as { watch: { report(): Promise<PageReport> } }).watch.report(),
  );
}

/** The messages of a type that a watched page received, or sent. */
export async function messages(
  page: Page,
  direction: 'in' | 'out',
  type: string,
): Promise<Record<string, unknown>[]> {
  const { messages } = await report(page);
  return messages
    .filter((message) => message.direction === direction && message.text.startsWith('{'))
    .map((message) => JSON.parse(message.text) as Record<string, unknown>)
    .filter((message) => message['type'] === type);
}
