import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leafPaths } from './config-paths.ts';
import { ConfigError, loadConfig, overrideNames } from './load-config.ts';
import { MediaConfig } from './media-config.ts';
import { WebrtcConfig } from './webrtc-config.ts';

const folder = new URL('../../../../infra/config/', import.meta.url);
const webrtc = readFileSync(new URL('webrtc.yaml', folder), 'utf8');
const media = readFileSync(new URL('media.yaml', folder), 'utf8');

const read = (text: string, environment: Record<string, unknown> = {}) =>
  loadConfig(WebrtcConfig, text, 'webrtc.yaml', environment);

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
      new RegExp(
        `^webrtc.yaml:${line}: rooms.max_participants: .*must be a whole number from 1 to 1000, for example 100$`,
      ),
    );
  });

  it('names an unknown key with its own line', () => {
    const wrong = webrtc.replace('  auto_create: true', '  auto_create: true\n  auto_creat: true');
    const line = wrong.split('\n').findIndex((text) => text.includes('auto_creat:')) + 1;
    expect(() => loadConfig(WebrtcConfig, wrong, 'webrtc.yaml')).toThrow(
      `webrtc.yaml:${line}: rooms.auto_creat: is not a key here; did you mean auto_create?`,
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
    const variable = overrideNames(WebrtcConfig).get('rooms.max_participants') ?? '';
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
    expect(read(webrtc, { PARLEY_ROOMS_MAX_ROOMS: 5 }).rooms.max_rooms).toBe(5);
    expect(
      read(webrtc, { PARLEY_SERVER_ALLOWED_ORIGINS: ['https://a.example'] }).server.allowed_origins,
    ).toHaveLength(1);
    expect(() => read(webrtc, { PARLEY_SERVER_ALLOWED_ORIGINS: '*' })).toThrow(
      /^PARLEY_SERVER_ALLOWED_ORIGINS: .*quote/,
    );
  });

  it('overrides what the file has no line or no section for', () => {
    const hollow = webrtc.replace(/rooms:\n( .*\n)+/, 'rooms:\n');
    expect(read(hollow, { PARLEY_ROOMS_MAX_ROOMS: '5' }).rooms.max_rooms).toBe(5);
    expect(read('', { PARLEY_ROOMS_MAX_ROOMS: '5' }).rooms).toMatchObject({
      max_rooms: 5,
      idle_timeout: 3600,
    });
    const nested = { PARLEY_SECURITY_RATE_LIMIT_MAX_ROOMS_PER_IP: '3' };
    expect(read('server:\n  port: 1\n', nested).security.rate_limit.max_rooms_per_ip).toBe(3);
    expect(() => read('server:\n  port: 1\n', { PARLEY_PERFORMANCE_WORKER_THREADS: '0' })).toThrow(
      'PARLEY_PERFORMANCE_WORKER_THREADS: performance.worker_threads: must be a whole number from 1 to 256',
    );
    const layer = loadConfig(MediaConfig, 'audio:', 'media.yaml', { PARLEY_VIDEO_LAYERS_HIGH_BITRATE: 1e6 });
    expect(layer.video.layers.high).toEqual({ width: 1280, height: 720, framerate: 30, bitrate: 1_000_000 });
  });

  it('takes every variable: a value that no key can have is blamed on it', () => {
    for (const [schema, names] of [WebrtcConfig, MediaConfig].map(
      (one) => [one, overrideNames(one)] as const,
    )) {
      expect(names.size).toBe(leafPaths(schema).length);
      for (const [key, name] of names) {
        // No key is a list of lists.
        expect(() => loadConfig(schema, '', 'a.yaml', { [name]: '[[[1]]]' }), name).toThrow(
          new RegExp(`^${name}: ${key}[.0-9]*: must `),
        );
      }
    }
  });

  it('says what would be right', () => {
    const cases: [string, string][] = [
      ['recording:\n  format: avi', 'webrtc.yaml:2: recording.format: must be one of webm, mp4'],
      ['webrtc:\n  dtx: 1', 'webrtc.yaml:2: webrtc.dtx: must be true or false'],
      ['rooms:\n  max_rooms: 1.5', 'max_rooms: must be a whole number of 1 or more, for example 1000'],
      ['performance:\n  max_cpu_per_room: 0', 'must be a number from 1 to 100, for example 100'],
      ['server:\n  host: 5', 'server.host: must be text, for example "0.0.0.0"'],
      ['server:\n  allowed_origins: []', 'must be a list of one or more, in brackets or with a dash'],
      ['server:\n  frame_ancestors: ["https://a.example;https://b.example"]', 'must be "*" or an origin'],
      ['server:\n  frame_ancestors: ["https://a.example,b.example"]', 'must be "*" or an origin'],
      ['webrtc:\n  turn: [a]', 'webrtc.yaml:2: webrtc.turn: must hold keys, of these: urls, ttl'],
      ['rooms: 5', 'webrtc.yaml:1: rooms: must hold keys, of these: max_rooms, '],
      ['security:\n  rate_limits: {}', 'security.rate_limits: is not a key here; did you mean rate_limit?'],
      [
        'webrtc:\n  sfu: 1',
        'webrtc.sfu: is not a key here; remove it. There are: ice_servers, turn, max_bitr',
      ],
      ['rom:', 'webrtc.yaml:1: rom: is not a key here; did you mean rooms?'],
      ['[1]', 'webrtc.yaml:1: must hold keys, of these: server, webrtc'],
    ];
    for (const [text, message] of cases) expect(() => read(text), text).toThrow(message);
    expect(() => read('rooms: 5', { PARLEY_ROOMS_MAX_ROOMS: '5' })).toThrow(ConfigError);
  });

  it('names all that is wrong, not the first only', () => {
    expect(() => read('webrtc:\n  dtx: 1\nrooms:\n  auto_create: 1\n')).toThrow(
      /:2: webrtc.dtx: .*\nwebrtc.yaml:4: rooms.auto_create: /,
    );
  });

  it('refuses keys that do not go together, and blames the one that was set last', () => {
    const both = 'webrtc:\n  max_bitrate: 200000\n  min_bitrate: 300000\n';
    expect(() => read(both)).toThrow('webrtc.yaml:3: webrtc.min_bitrate: is 300000; must not be above');
    expect(() => read(webrtc, { PARLEY_WEBRTC_MAX_BITRATE: '50000' })).toThrow(
      'PARLEY_WEBRTC_MAX_BITRATE: webrtc.min_bitrate: is 100000; must not be above webrtc.max_bitrate, which is 50000',
    );
    expect(() => read('webrtc:\n  min_bitrate: 5000')).toThrow('must be 0, for none, or 30000 or more');
    expect(read('webrtc:\n  min_bitrate: 0').webrtc.min_bitrate).toBe(0);
    expect(() => read('webrtc:\n  max_receive_bitrate: 60000')).toThrow(
      'webrtc.yaml:2: webrtc.max_receive_bitrate: is 60000; must be 0, for none, or 100000 or more',
    );
    expect(() => read('webrtc:\n  max_receive_bitrate: 100000')).not.toThrow();
    expect(() => read('webrtc:\n  jitter_buffer_target: 1500')).toThrow(
      'webrtc.jitter_buffer_target: is 1500; must not be above webrtc.jitter_buffer_max, which is 1000',
    );
    expect(
      () => read('residency:\n  eu: [west]\n  fedramp: [east, west]'),
      'its Fleet object is in one place',
    ).toThrow('webrtc.yaml:3: residency.fedramp: region west is in residency.eu already; name it in one');
    const media = (text: string) => () => loadConfig(MediaConfig, text, 'media.yaml');
    expect(media('video:\n  layers:\n    high: { bitrate: 400000 }')).toThrow(
      'media.yaml:3: video.layers.high.bitrate: is 400000; must be 500000 or more',
    );
    const twice = '[{ name: VP8, priority: 1 }, { name: VP8, priority: 2 }]';
    expect(media(`video:\n  codecs: ${twice}`)).toThrow('video.codecs.1.name: VP8 is there twice');
    expect(media('video:\n  codecs: [{ name: H265, priority: 1 }]'), 'mediasoup has no such').toThrow(
      'must be one of VP8, H264, VP9, AV1',
    );
  });

  it('an empty file is the defaults, and what we ship says the same', () => {
    expect(read(webrtc)).toEqual(read(''));
    expect(loadConfig(MediaConfig, media, 'media.yaml')).toEqual(loadConfig(MediaConfig, '', 'media.yaml'));
  });

  it('what we ship names every key', () => {
    for (const [schema, text] of [
      [WebrtcConfig, webrtc],
      [MediaConfig, media],
    ] as const) {
      for (const key of leafPaths(schema)) {
        expect(text, key.join('.')).toMatch(new RegExp(`^\\s*(# |.*\\{.*)?${key.at(-1)}:`, 'm'));
      }
    }
  });
});
