import { expect, it } from 'vitest';
import type { TrackDecision } from './policy.ts';
import { type QualityNotice, QualityNotices } from './quality-notices.ts';

const FREE: TrackDecision = { requested: 'auto', applied: 'auto', spatialLayer: 2, ceiling: 2, priority: 1 };
const LOW: TrackDecision = { ...FREE, applied: 'low', limitedBy: 'bandwidth' };
const OFF: TrackDecision = { ...FREE, limitedBy: 'bandwidth', paused: true };
const LOAD: TrackDecision = { ...FREE, applied: 'medium', limitedBy: 'server-load' };

function notices() {
  const told: QualityNotice[] = [];
  return { told, notices: new QualityNotices((notice) => told.push(notice)) };
}

it('says nothing of a track that nothing limits', () => {
  const { told, notices: all } = notices();
  all.changed('t', FREE, 0);
  all.changed('t', { ...FREE, limitedBy: 'fewer-layers' }, 0);
  expect(told, 'that the camera is small is said when it is asked for').toEqual([]);
});

it('says when a limit begins and when it is over, once each', () => {
  const { told, notices: all } = notices();
  for (const now of [0, 1]) all.changed('t', LOAD, now);
  for (const now of [2, 3]) all.changed('t', FREE, now);
  expect(told).toEqual([
    { trackId: 't', requested: 'auto', applied: 'medium', limitedBy: 'server-load' },
    { trackId: 't', requested: 'auto', applied: 'auto' },
  ]);
});

it('says what the link does at most every two seconds, and then what is true', () => {
  const { told, notices: all } = notices();
  all.changed('t', LOW, 0);
  all.changed('t', OFF, 500);
  all.changed('t', LOW, 1000);
  all.changed('t', OFF, 1500);
  expect(told).toMatchObject([{ applied: 'low', limitedBy: 'bandwidth' }]);
  all.changed('t', OFF, 2000);
  expect(told.at(-1)).toEqual({
    trackId: 't',
    requested: 'auto',
    applied: 'auto',
    limitedBy: 'bandwidth',
    paused: true,
  });
  all.changed('t', FREE, 2500);
  all.changed('t', FREE, 4000);
  expect(told).toHaveLength(3);
  expect(told.at(-1)).not.toHaveProperty('limitedBy');
});

it('says nothing of what is not shown, and answers whatever was asked', () => {
  const { told, notices: all } = notices();
  all.changed('t', { ...OFF, hidden: true }, 0);
  expect(told).toEqual([]);
  all.answer('t', FREE, 0);
  all.answer('t', FREE, 1);
  expect(told).toHaveLength(2);
});

it('begins anew with a track of the same id', () => {
  const { told, notices: all } = notices();
  all.changed('t', LOAD, 0);
  all.forget('t');
  all.changed('t', FREE, 1);
  expect(told).toHaveLength(1);
});
