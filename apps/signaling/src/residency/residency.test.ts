import { describe, expect, it } from 'vitest';
import { Residency } from './residency.ts';

const residency = new Residency('default', {
  eu: ['eu-west', 'eu-north'],
  fedramp: [],
  anywhere: ['us-east'],
});
const place = (id: string, wanted: Parameters<Residency['place']>[1] = {}) => {
  const result = residency.place(id, wanted);
  return result.ok ? result.value : result.code;
};

describe('Residency', () => {
  it('puts a room where its id and its maker say, in a region of its jurisdiction', () => {
    expect(place('standup')).toEqual({ region: 'default' });
    expect(place('standup', { region: 'us-east' })).toEqual({ region: 'us-east' });
    expect(place('eu~standup')).toEqual({ jurisdiction: 'eu', region: 'eu-west' });
    expect(place('eu~standup', { jurisdiction: 'eu', region: 'eu-north' })).toEqual({
      jurisdiction: 'eu',
      region: 'eu-north',
    });
  });

  it('refuses what would take it out of there', () => {
    expect(place('eu~standup', { region: 'us-east' })).toBe('region_unknown');
    expect(place('standup', { jurisdiction: 'eu' }), 'nobody would find it again').toBe('invalid_message');
    expect(place('eu~standup', { jurisdiction: 'fedramp' })).toBe('invalid_message');
    expect(place('fedramp~standup'), 'no region is configured').toBe('region_unknown');
    expect(place('standup', { region: 'moon' })).toBe('region_unknown');
    expect(place('standup', { region: 'eu-west' }), 'its fleet is of the jurisdiction').toBe(
      'region_unknown',
    );
  });

  it('knows whose a region is', () => {
    expect(residency.regions).toEqual(['default', 'eu-west', 'eu-north', 'us-east']);
    expect(residency.jurisdictionOfRegion('eu-north')).toBe('eu');
    expect(residency.jurisdictionOfRegion('default')).toBeUndefined();
  });

  it('lets a server be of one jurisdiction as a whole', () => {
    const european = new Residency('eu-west', { eu: ['eu-west'], fedramp: [], anywhere: [] });
    expect(european.place('standup', {})).toMatchObject({ value: { region: 'eu-west' } });
  });
});
