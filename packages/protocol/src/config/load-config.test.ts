import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, environmentName, loadConfig } from './load-config.ts';
import { MediaConfig } from './media-config.ts';
import { WebrtcConfig } from './webrtc-config.ts';

const folder = new URL('../../../../infra/config/', import.meta.url);
const webrtc = readFileSync(new URL('webrtc.yaml', folder), 'utf8');
const media = readFileSync(new URL('media.yaml', folder), 'utf8');

describe('loadConfig', () => {
  it('reads the files we ship with the numbers the product promises', () => {
    const config = loadConfig(WebrtcConfig, webrtc, 'webrtc.yaml');
    expect(config.rooms).toEqual({
      max_rooms: 1000,
      max_participants: 100,
      auto_create: true,
      idle_timeout: 3600,
    });
    expect(config.webrtc.max_bitrate).toBe(5_000_000);
    expect(loadConfig(MediaConfig, media, 'media.yaml').video.layers).toEqual({
      low: { width: 320, height: 240, framerate: 15, bitrate: 150_000 },
      medium: { width: 640, height: 480, framerate: 30, bitrate: 500_000 },
      high: { width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 },
    });
  });

  it('names file, line and key of a wrong value', () => {
    const wrong = webrtc.replace('max_participants: 100', 'max_participants: many');
    const line = wrong.split('\n').findIndex((text) => text.includes('many')) + 1;
    expect(() => loadConfig(WebrtcConfig, wrong, 'webrtc.yaml')).toThrow(
      new RegExp(`^webrtc.yaml:${line}: rooms.max_participants: .*expected number`),
    );
  });

  it('names an unknown key with its own line', () => {
    const wrong = webrtc.replace('  auto_create: true', '  auto_create: true\n  auto_creat: true');
    const line = wrong.split('\n').findIndex((text) => text.includes('auto_creat:')) + 1;
    expect(() => loadConfig(WebrtcConfig, wrong, 'webrtc.yaml')).toThrow(
      `webrtc.yaml:${line}: rooms.auto_creat: is not a key here`,
    );
  });

  it('names the line of broken YAML and of an element of a list', () => {
    expect(() => loadConfig(WebrtcConfig, 'server:\n  host: [', 'webrtc.yaml')).toThrow(/^webrtc.yaml:\d: /);
    const wrong = webrtc.replace(/- urls: \[[^\]]*\]/, '- urls: ["http://x"]');
    const line = wrong.split('\n').findIndex((text) => text.includes('http://x')) + 1;
    expect(() => loadConfig(WebrtcConfig, wrong, 'webrtc.yaml')).toThrow(
      `webrtc.yaml:${line}: webrtc.ice_servers.0.urls.0`,
    );
  });

  it('lets the environment override any key, and blames the variable when it is wrong', () => {
    const variable = environmentName(['rooms', 'max_participants']);
    expect(variable).toBe('PARLEY_ROOMS_MAX_PARTICIPANTS');
    const config = loadConfig(WebrtcConfig, webrtc, 'webrtc.yaml', {
      [variable]: '7',
      PARLEY_WEBRTC_ICE_SERVERS: '[]',
      PARLEY_ROOMS_AUTO_CREATE: 'false',
    });
    expect(config.rooms.max_participants).toBe(7);
    expect(config.rooms.auto_create).toBe(false);
    expect(config.webrtc.ice_servers).toEqual([]);
    expect(() => loadConfig(WebrtcConfig, webrtc, 'webrtc.yaml', { [variable]: '0' })).toThrow(
      /^PARLEY_ROOMS_MAX_PARTICIPANTS: rooms.max_participants: /,
    );
  });

  it('takes overrides that are no strings, as Workers have them, and explains what YAML makes of a string', () => {
    const read = (environment: Record<string, unknown>, text = webrtc) =>
      loadConfig(WebrtcConfig, text, 'webrtc.yaml', environment);
    expect(read({ PARLEY_ROOMS_MAX_ROOMS: 5 }).rooms.max_rooms).toBe(5);
    expect(
      read({ PARLEY_SERVER_ALLOWED_ORIGINS: ['https://a.example'] }).server.allowed_origins,
    ).toHaveLength(1);
    expect(() => read({ PARLEY_SERVER_ALLOWED_ORIGINS: '*' })).toThrow(
      /^PARLEY_SERVER_ALLOWED_ORIGINS: .*quote/,
    );
    const hollow = webrtc.replace(/rooms:\n( .*\n)+/, 'rooms:\n');
    expect(() => read({ PARLEY_ROOMS_MAX_ROOMS: '5' }, hollow)).toThrow(ConfigError);
  });

  it('says what is missing in an empty file', () => {
    expect(() => loadConfig(MediaConfig, '', 'media.yaml')).toThrow(ConfigError);
    expect(() => loadConfig(MediaConfig, '', 'media.yaml')).toThrow(/media.yaml:1: video: /);
  });
});
