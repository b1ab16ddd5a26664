import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from './load-config.ts';
import { MediaConfig } from './media-config.ts';
import { WebrtcConfig } from './webrtc-config.ts';

/** RTC-001, "Server Configuration" and "Media Configuration", as they stand. */
const SERVER = `
server:
  host: "0.0.0.0"
  port: 8080

webrtc:
  ice_servers:
    - urls: ["stun:stun.l.google.com:19302"]
  max_bitrate: 5000000
  simulcast: true

rooms:
  max_participants: 100
  auto_create: true
  idle_timeout: 3600

recording:
  enabled: true
  path: "recordings"
  format: "webm"
`;
const MEDIA = `
video:
  codecs:
    - name: "VP8"
      priority: 100
    - name: "H264"
      priority: 80
  
  resolutions:
    preferred:
      width: 1280
      height: 720

audio:
  codecs:
    - name: "opus"
      priority: 100
  
  processing:
    echo_cancellation: true
    noise_suppression: true
`;

/** What RTC-001 adds in its later sections, by their titles. */
const SECTIONS = {
  'Local Recording': `
recording:
  enabled: true
  path: "recordings"
  format: "webm"
  video_bitrate: 2500000
  audio_bitrate: 128000
`,
  'Cloud Recording (S3)': `
recording:
  s3_upload: true
  s3_bucket: "recordings"
  s3_region: "us-east-1"
`,
  'Network Optimization': `
webrtc:
  jitter_buffer_target: 200  # ms
  jitter_buffer_max: 1000    # ms
  dtx: true  # Discontinuous Transmission
  fec: true  # Forward Error Correction
  nack: true # Negative Acknowledgment
`,
  'CPU Optimization': `
performance:
  worker_threads: 8
  max_cpu_per_room: 25  # percent
  hardware_acceleration: true
`,
  'Memory Optimization': `
performance:
  max_memory_per_room: 100  # MB
  max_memory_total: 8192     # MB
  garbage_collection_interval: 60  # seconds
`,
  'Authentication (Optional)': `
security:
  require_auth: true
  auth_token_header: "X-Auth-Token"
`,
  'Rate Limiting': `
security:
  rate_limit:
    enabled: true
    max_rooms_per_ip: 10
    max_participants_per_ip: 50
`,
};

type Sections = Record<string, Record<string, unknown>>;

describe('the specification', () => {
  it('its two files load as they stand, with its numbers for what they leave out', () => {
    const server = loadConfig(WebrtcConfig, SERVER, 'webrtc.yaml');
    expect(server).toMatchObject(parse(SERVER));
    expect(server.rooms.max_rooms).toBe(1000);
    const media = loadConfig(MediaConfig, MEDIA, 'media.yaml');
    expect(media).toMatchObject(parse(MEDIA));
    expect(media.video.layers).toEqual({
      low: { width: 320, height: 240, framerate: 15, bitrate: 150_000 },
      medium: { width: 640, height: 480, framerate: 30, bitrate: 500_000 },
      high: { width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 },
    });
  });

  it.each(Object.entries(SECTIONS))('%s loads alone', (_, text) => {
    expect(loadConfig(WebrtcConfig, text, 'webrtc.yaml')).toMatchObject(parse(text));
  });

  it('all of it loads merged into one file', () => {
    const merged: Sections = {};
    for (const text of [SERVER, ...Object.values(SECTIONS)]) {
      for (const [section, keys] of Object.entries(parse(text) as Sections)) {
        merged[section] = { ...merged[section], ...keys };
      }
    }
    // JSON is YAML.
    expect(loadConfig(WebrtcConfig, JSON.stringify(merged), 'webrtc.yaml')).toMatchObject(merged);
  });
});
