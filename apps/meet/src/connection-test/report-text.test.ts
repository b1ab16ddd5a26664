import type { CheckResult, ConnectionReport } from '@parley/client/connection-test';
import { expect, it } from 'vitest';
import { adviceFor, adviceForAll } from './advice.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { foundText } from './found-text.ts';
import { reportText } from './report-text.ts';

const udp: CheckResult = {
  check: 'udp',
  milliseconds: 10_000,
  outcome: 'failed',
  reason: 'blocked',
  found: { to: ['udp 192.0.2.1:20000'], gathered: 2 },
};
const subscribe: CheckResult = {
  check: 'subscribe',
  milliseconds: 2_000,
  outcome: 'passed',
  found: {
    sent: { picture: true, sound: true },
    connected: true,
    frames: 40,
    width: 640,
    height: 360,
    framesPerSecond: 19.6,
    delayMs: 1_240,
    audioPackets: 100,
    heard: true,
  },
};
const left: CheckResult = {
  check: 'quality',
  milliseconds: 0,
  outcome: 'skipped',
  reason: 'needs',
  after: 'publish',
};
const report: ConnectionReport = {
  version: 1,
  at: '2026-11-23T14:00:00.000Z',
  milliseconds: 12_000,
  outcome: 'warning',
  server: 'https://meet.example',
  room: 'connection-test-1',
  browser: 'A Browser',
  results: [udp, subscribe, left],
};

it('advice says what is wrong, what to do, and where firewalls must let out', () => {
  expect(adviceFor(udp, en)).toEqual({ ...en.advice.udp.blocked, addresses: ['udp 192.0.2.1:20000'] });
  expect(adviceFor(subscribe, en)).toBeUndefined();
  expect(adviceFor(left, de)).toEqual({ what: 'Braucht „Bild und Ton senden“.' });
});

it('a call that the server refused has its code', () => {
  const refused: CheckResult = {
    check: 'signaling',
    milliseconds: 5,
    outcome: 'failed',
    reason: 'token-refused',
    found: { opened: true, problem: 'token_expired' },
  };
  expect(adviceFor(refused, en)).toEqual({ ...en.calls['token-refused'], code: 'token_expired' });
});

it('advice that was given is not repeated, while addresses are', () => {
  const tcp: CheckResult = {
    check: 'tcp',
    milliseconds: 5,
    outcome: 'failed',
    reason: 'no-media-node',
    found: { problem: 'media_unavailable', to: [], gathered: 0 },
  };
  const none: CheckResult = { ...tcp, check: 'udp' };
  const turned: CheckResult[] = (['turn-udp', 'turn-tcp'] as const).map((check) => ({
    check,
    milliseconds: 5,
    outcome: 'failed',
    reason: 'turn-unreachable',
    found: { to: [check], gathered: 0 },
  }));
  const all = adviceForAll([none, tcp, ...turned], en);
  const { what } = en.calls['no-media-node'];
  expect(all.get('udp')).toEqual({ ...en.calls['no-media-node'], code: 'media_unavailable' });
  expect(all.get('tcp')).toEqual({ what });
  const unreachable = en.advice['turn-tcp']['turn-unreachable'];
  expect(all.get('turn-udp')).toEqual({ ...unreachable, addresses: ['turn-udp'] });
  expect(all.get('turn-tcp')).toEqual({ what: unreachable.what, addresses: ['turn-tcp'] });
});

it('figures are written as the language writes them', () => {
  expect(foundText(subscribe, en, 'en')).toBe('640×360, 20 frames/s, 1.2\u00a0s behind');
  expect(foundText(subscribe, de, 'de')).toBe('640×360, 20 Bilder/s, 1,2\u00a0s Verzögerung');
});

it('the text has every line with its reason', () => {
  expect(reportText(report, en, 'en').split('\n')).toEqual([
    'Connection test: Calls work, with something to improve',
    'https://meet.example  connection-test-1  2026-11-23T14:00:00.000Z',
    'A Browser',
    '',
    '[failed] Media over UDP (blocked)',
    `    ${en.advice.udp.blocked.what}`,
    '    udp 192.0.2.1:20000',
    '[passed] Receiving picture and sound',
    '    640×360, 20 frames/s, 1.2\u00a0s behind',
    '[left out] Quality (needs)',
    '    Needs “Sending picture and sound”.',
    '',
  ]);
});
