import { expect, it } from 'vitest';
import { overrides } from './stack.ts';

it('the Worker gets the overrides of configuration keys with their secrets, and nothing else of the environment', () => {
  const keys = {
    PARLEY_ROOMS_MAX_ROOMS: '5',
    PARLEY_SECURITY_RATE_LIMIT_ENABLED: 'false',
    PARLEY_VIDEO_LAYERS_LOW_BITRATE: '100000',
    PARLEY_TURN_SECRET: 'shared',
    PARLEY_API_KEYS: 'k1:secret',
    PARLEY_AUDIO_PROCESSING_NOISE_SUPPRESSION: 'false',
  };
  const others = {
    PARLEY_ROOMS: '1',
    PARLEY_RTC_PORT: '20000',
    PARLEY_ENROLMENT_SECRET: 'secret',
    PATH: '/bin',
  };
  expect(overrides({ ...keys, ...others })).toEqual(keys);
});
