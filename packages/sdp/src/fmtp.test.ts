import { describe, expect, it } from 'vitest';
import { readFmtp } from './fmtp.ts';

describe('readFmtp', () => {
  it('keeps what codecs understand', () => {
    expect(readFmtp('minptime=10;useinbandfec=1')).toBe('minptime=10;useinbandfec=1');
    expect(readFmtp('level-asymmetry-allowed=1; packetization-mode=1; profile-level-id=42e01f')).toBe(
      'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
    );
    expect(readFmtp('apt=096')).toBe('apt=96');
    expect(readFmtp('channel_mapping=0,4,1,2,3,5;num_streams=4;coupled_streams=2')).toBe(
      'channel_mapping=0,4,1,2,3,5;num_streams=4;coupled_streams=2',
    );
  });

  it.each([
    '0-15',
    '111/111',
    'hasOwnProperty=1',
    '__proto__=1',
    'constructor=1;prototype=2',
    'useinbandfec=1e3',
    'useinbandfec',
    'maxaveragebitrate=99999999999',
    'profile-level-id=zzzzzz',
    'x-google-start-bitrate=100000',
    ';;=;=1;a=',
  ])('lets %s not through', (config) => {
    expect(readFmtp(config)).toBe('');
  });
});
