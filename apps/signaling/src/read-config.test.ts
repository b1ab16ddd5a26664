import { ConfigError } from '@parley/protocol/config/load-config';
import { expect, it } from 'vitest';
import { readConfig } from './read-config.ts';

it('the Worker has the two files in its bundle, and takes variables of any type as overrides', () => {
  expect(readConfig({}).webrtc.rooms.max_rooms).toBe(1000);
  expect(readConfig({}).media.video.layers.high.width).toBe(1280);
  const { webrtc } = readConfig({
    PARLEY_ROOMS_MAX_ROOMS: 5,
    PARLEY_WEBHOOKS_URLS: '["https://a.example/hook"]',
  });
  expect(webrtc.rooms.max_rooms).toBe(5);
  expect(webrtc.webhooks.urls).toEqual(['https://a.example/hook']);
});

it('a wrong variable stops it, and is named with its key and what would be right', () => {
  const wrong = () => readConfig({ PARLEY_ROOMS_MAX_PARTICIPANTS: 'many' });
  expect(wrong).toThrow(ConfigError);
  expect(wrong).toThrow(
    'PARLEY_ROOMS_MAX_PARTICIPANTS: rooms.max_participants: must be a whole number from 1 to 1000, for example 100',
  );
  expect(() => readConfig({ PARLEY_RECORDING_FORMAT: 'avi' })).toThrow('must be one of webm, mp4');
});
