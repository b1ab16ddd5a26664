import { expect, it } from 'vitest';
import { overall } from './overall.ts';
import type { CheckName, CheckResult } from './result.ts';

const failed = (check: CheckName): CheckResult => ({
  check,
  milliseconds: 0,
  outcome: 'failed',
  reason: 'unexpected',
  message: '',
});
const skipped: CheckResult = { check: 'devices', milliseconds: 0, outcome: 'skipped', reason: 'not-wanted' };

it.each<[string, CheckResult[], string]>([
  ['nothing amiss', [skipped], 'passed'],
  ['UDP blocked', [failed('udp')], 'warning'],
  ['no camera', [failed('devices')], 'warning'],
  ['no way at all', [failed('udp'), failed('tcp'), failed('publish')], 'failed'],
  ['no socket', [failed('signaling')], 'failed'],
])('%s is %3$s', (_, results, expected) => {
  expect(overall(results)).toBe(expected);
});
