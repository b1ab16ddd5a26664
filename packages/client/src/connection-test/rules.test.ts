import { describe, expect, it } from 'vitest';
import { browserCheck } from './browser-check.ts';
import { reasonOf } from './call-rules.ts';
import type { Outcomes } from './check.ts';
import { devicesCheck } from './devices-check.ts';
import { tcpCheck, udpCheck } from './direct-check.ts';
import { publishCheck } from './publish-check.ts';
import { qualityCheck } from './quality-check.ts';
import { reconnectCheck } from './reconnect-check.ts';
import type { Findings, Verdict, WayFound } from './result.ts';
import { serverCheck } from './server-check.ts';
import { signalingCheck } from './signaling-check.ts';
import { subscribeCheck } from './subscribe-check.ts';
import { turnTlsCheck } from './turn-check.ts';

const NONE: Outcomes = new Map();

/** `passed`, or outcome and reason. */
function said(verdict: Verdict<string>): string {
  return verdict.outcome === 'passed' ? 'passed' : `${verdict.outcome} ${verdict.reason}`;
}

it.each<[Partial<Findings['browser']>, string]>([
  [{}, 'passed'],
  [{ webrtc: false }, 'failed no-webrtc'],
  [{ video: [] }, 'failed no-codec'],
  [{ audio: [] }, 'failed no-codec'],
  [{ secure: false, capture: false }, 'warning insecure-page'],
  [{ capture: false }, 'warning no-capture'],
])('a browser with %o: %s', (found, expected) => {
  const whole = { secure: true, webrtc: true, capture: true, video: ['VP8'], audio: ['OPUS'], ...found };
  expect(said(browserCheck.judge(whole, NONE))).toBe(expected);
});

it.each<[Findings['devices']['camera'], Findings['devices']['microphone'], string]>([
  ['works', 'works', 'passed'],
  ['device_not_found', 'works', 'warning no-device'],
  ['device_not_found', 'permission_denied', 'failed permission-denied'],
  ['device_in_use', 'works', 'failed device-in-use'],
  ['capture_failed', 'device_in_use', 'failed device-in-use'],
  ['capture_unsupported', 'capture_unsupported', 'failed capture-unsupported'],
])('camera %s and microphone %s: %s', (camera, microphone, expected) => {
  expect(said(devicesCheck.judge({ camera, microphone }, NONE))).toBe(expected);
});

it.each<[Partial<Findings['server']>, string]>([
  [{ status: 200, health: 'healthy' }, 'passed'],
  [{ status: 200, health: 'degraded' }, 'warning degraded'],
  [{ status: 200 }, 'failed not-parley'],
  [{ status: 502 }, 'failed not-parley'],
  [{}, 'failed no-answer'],
])('a server that answers %o: %s', (found, expected) => {
  expect(said(serverCheck.judge({ milliseconds: 1, ...found }, NONE))).toBe(expected);
});

it.each<[Findings['signaling'], string]>([
  [{ opened: true, joinMs: 1 }, 'passed'],
  [{ opened: false }, 'failed socket-blocked'],
  [{ opened: true, problem: 'token_missing' }, 'failed token-missing'],
  [{ opened: true, problem: 'token_expired' }, 'failed token-refused'],
  [{ opened: true, problem: 'lobby' }, 'failed lobby'],
  [{ opened: true, problem: 'room_full' }, 'failed refused'],
])('signalling that %o: %s', (found, expected) => {
  expect(said(signalingCheck.judge(found, NONE))).toBe(expected);
});

describe('a way for media', () => {
  const TRIED: WayFound = { to: ['udp 192.0.2.1:20000'], gathered: 2 };
  const way = { type: 'host', protocol: 'udp' };

  it.each<[string, WayFound, string, string]>([
    ['is there', { ...TRIED, way }, 'passed', 'passed'],
    ['is blocked', TRIED, 'failed blocked', 'warning blocked'],
    ['is not offered', { ...TRIED, to: [] }, 'failed no-candidates', 'warning no-candidates'],
    [
      'has no node',
      { ...TRIED, problem: 'media_unavailable' },
      'failed no-media-node',
      'failed no-media-node',
    ],
  ])('that %s: for UDP, and for TCP beside UDP', (_, found, udp, tcp) => {
    expect(said(udpCheck.judge(found, NONE))).toBe(udp);
    expect(said(tcpCheck.judge(found, new Map([['udp', 'passed']])))).toBe(tcp);
  });

  it('over TCP matters where UDP fails', () => {
    expect(said(tcpCheck.judge(TRIED, new Map([['udp', 'failed']])))).toBe('failed blocked');
  });

  it.each<[string, WayFound, string]>([
    ['connects', { ...TRIED, way, turnError: 701 }, 'passed'],
    ['is silent', { ...TRIED, gathered: 0, turnError: 701 }, 'failed turn-unreachable'],
    ['says nothing at all', { ...TRIED, gathered: 0 }, 'failed turn-unreachable'],
    ['refuses', { ...TRIED, gathered: 0, turnError: 401 }, 'failed turn-refused'],
    ['leads nowhere', TRIED, 'failed turn-no-way'],
    ['is for nobody who publishes', { ...TRIED, problem: 'publish_not_allowed' }, 'failed not-permitted'],
  ])('through a TURN server that %s: %s', (_, found, expected) => {
    expect(said(turnTlsCheck.judge(found, NONE))).toBe(expected);
  });
});

it.each<[Partial<Findings['publish']>, string]>([
  [{}, 'passed'],
  [{ problem: 'media_unavailable' }, 'failed no-media-node'],
  [{ acknowledged: false }, 'failed not-acknowledged'],
  [{ bitrate: 60_000 }, 'warning low-bitrate'],
  [{ bitrate: 30_000, width: 0, height: 0 }, 'passed'],
])('what is sent comes to %o: %s', (found, expected) => {
  const way = { type: 'host', protocol: 'udp' };
  const whole = { way, bytesSent: 1, acknowledged: true, bitrate: 600_000, width: 640, height: 360 };
  expect(said(publishCheck.judge({ ...whole, ...found }, NONE))).toBe(expected);
});

it('what is sent and finds no way fails', () => {
  const nothing = { bytesSent: 0, acknowledged: false, bitrate: 0, width: 0, height: 0 };
  expect(said(publishCheck.judge(nothing, NONE))).toBe('failed no-way');
});

it.each<[Partial<Findings['subscribe']>, string]>([
  [{}, 'passed'],
  [{ problem: 'room_full' }, 'failed refused'],
  [{ connected: false }, 'failed no-way'],
  [{ frames: 0 }, 'failed no-picture'],
  [{ frames: 0, framesPerSecond: 0, sent: { picture: false, sound: true } }, 'passed'],
  [{ audioPackets: 0, heard: false }, 'failed no-sound'],
  [{ audioPackets: 0, heard: false, sent: { picture: true, sound: false } }, 'passed'],
  [{ heard: false }, 'warning no-sound'],
  [{ framesPerSecond: 3 }, 'warning few-frames'],
  [{ delayMs: 900 }, 'warning long-delay'],
])('what is received comes to %o: %s', (found, expected) => {
  const size = { frames: 40, width: 640, height: 360, framesPerSecond: 20 };
  const whole = {
    sent: { picture: true, sound: true },
    connected: true,
    ...size,
    audioPackets: 9,
    heard: true,
  };
  expect(said(subscribeCheck.judge({ ...whole, ...found }, NONE))).toBe(expected);
});

it.each<[Findings['reconnect'], string]>([
  [{ socketMs: 500, mediaMs: 100 }, 'passed'],
  [{}, 'failed socket-not-back'],
  [{ socketMs: 500 }, 'failed media-not-back'],
  [{ socketMs: 500, mediaMs: 12_000 }, 'warning slow'],
])('coming back with %o: %s', (found, expected) => {
  expect(said(reconnectCheck.judge(found, NONE))).toBe(expected);
});

it.each<[Partial<Findings['quality']>, string]>([
  [{}, 'passed'],
  [{ lossUp: 0.05 }, 'warning loss'],
  [{ lossDown: 0.3 }, 'failed loss'],
  [{ roundTripMs: 400 }, 'warning latency'],
  [{ roundTripMs: 1_200, lossUp: 0.05 }, 'failed latency'],
  [{ jitterDownMs: 90 }, 'warning jitter'],
  [{ bitrateUp: 40_000 }, 'warning low-bitrate'],
])('quality of %o: %s', (found, expected) => {
  expect(said(qualityCheck.judge({ seconds: 5, lossUp: 0, bitrateUp: 600_000, ...found }, NONE))).toBe(
    expected,
  );
});

it.each([
  ['connection_failed', 'unreachable'],
  ['room_overloaded', 'no-media-node'],
  ['token_wrong_room', 'token-refused'],
  ['internal', 'refused'],
] as const)('the code %s is %s', (code, expected) => {
  expect(reasonOf(code)).toBe(expected);
});
