import { expect, it } from 'vitest';
import { mediaSettings } from './media-settings.ts';
import { readConfig } from './read-config.ts';

const settings = (environment: Record<string, unknown>) => {
  const { webrtc, media } = readConfig(environment);
  return mediaSettings(webrtc, media);
};

it('clients are told what is configured', () => {
  expect(
    settings({
      PARLEY_WEBRTC_ICE_SERVERS: '[{ urls: ["stun:stun.example.com"] }]',
      PARLEY_WEBRTC_SIMULCAST: 'false',
      PARLEY_WEBRTC_MAX_BITRATE: '900000',
      PARLEY_WEBRTC_JITTER_BUFFER_TARGET: '200',
      PARLEY_WEBRTC_JITTER_BUFFER_MAX: '400',
      PARLEY_VIDEO_LAYERS_LOW_BITRATE: '120000',
      PARLEY_VIDEO_RESOLUTIONS_PREFERRED_WIDTH: '1920',
      PARLEY_VIDEO_RESOLUTIONS_PREFERRED_HEIGHT: '1080',
      PARLEY_AUDIO_PROCESSING_ECHO_CANCELLATION: 'false',
      PARLEY_AUDIO_PROCESSING_NOISE_SUPPRESSION: 'false',
      PARLEY_AUDIO_PROCESSING_AUTO_GAIN_CONTROL: 'false',
      PARLEY_AUDIO_OPUS_STEREO: 'true',
      PARLEY_VIDEO_CODECS:
        '[{ name: VP8, priority: 1 }, { name: AV1, priority: 3 }, { name: VP9, priority: 2 }]',
    }),
  ).toEqual({
    iceServers: [{ urls: ['stun:stun.example.com'] }],
    simulcast: false,
    maxBitrate: 900_000,
    jitterBuffer: { targetMs: 200, maxMs: 400 },
    layers: {
      low: { width: 320, height: 240, framerate: 15, bitrate: 120_000 },
      medium: { width: 640, height: 480, framerate: 30, bitrate: 500_000 },
      high: { width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 },
    },
    resolution: { width: 1920, height: 1080 },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, stereo: true },
    codecs: ['AV1', 'VP9', 'VP8'],
  });
});

it('each switch of a microphone is its own', () => {
  const { audio } = settings({ PARLEY_AUDIO_PROCESSING_ECHO_CANCELLATION: 'false' });
  expect(audio).toEqual({
    echoCancellation: false,
    noiseSuppression: true,
    autoGainControl: true,
    stereo: false,
  });
});
