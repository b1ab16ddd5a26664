import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import { describe, expect, it } from 'vitest';
import { refitEncodings, sendEncodings } from './encodings.ts';

const media: ClientMediaSettings = {
  iceServers: [],
  simulcast: true,
  layers: {
    low: { width: 320, height: 240, framerate: 15, bitrate: 150_000 },
    medium: { width: 640, height: 480, framerate: 30, bitrate: 500_000 },
    high: { width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 },
  },
  resolution: { width: 1280, height: 720 },
  audio: { echoCancellation: true, noiseSuppression: true },
  maxBitrate: 5_000_000,
};
const hd = { width: 1280, height: 720 };

describe('sendEncodings', () => {
  it('sends a camera in the layers of the table', () => {
    const encodings = sendEncodings('camera', hd, media);
    expect(encodings.map(({ rid, maxBitrate }) => [rid, maxBitrate])).toEqual([
      ['low', 150_000],
      ['medium', 500_000],
      ['high', 2_500_000],
    ]);
  });

  it('takes the configured size for a track that knows none', () => {
    expect(sendEncodings('camera', {}, media)).toEqual(sendEncodings('camera', hd, media));
  });

  it('sends one layer without a name where simulcast is off', () => {
    expect(sendEncodings('camera', { width: 1920, height: 1080 }, { ...media, simulcast: false })).toEqual([
      { scaleResolutionDownBy: 1.5, maxFramerate: 30, maxBitrate: 2_500_000 },
    ]);
  });

  it.each([
    ['VP9', hd, 'L3T3_KEY', 3_150_000],
    ['VP9', { width: 640, height: 480 }, 'L2T3_KEY', 650_000],
    ['VP9', { width: 320, height: 240 }, 'L1T3', 150_000],
    ['AV1', hd, 'L1T3', 2_500_000],
  ])('sends a camera by %s in one stream, of %o in %s', (codec, picture, scalabilityMode, maxBitrate) => {
    expect(sendEncodings('camera', picture, media, codec)).toMatchObject([
      { scalabilityMode, maxBitrate, scaleResolutionDownBy: 1 },
    ]);
    const strict = { ...media, maxBitrate: 100_000 };
    expect(sendEncodings('camera', picture, strict, codec)).toMatchObject([{ maxBitrate: 100_000 }]);
    const [single] = sendEncodings('camera', picture, { ...media, simulcast: false }, codec);
    expect(single).not.toHaveProperty('scalabilityMode');
  });

  it('keeps to the bitrate that the server allows', () => {
    const strict = { ...media, maxBitrate: 400_000 };
    expect(sendEncodings('camera', hd, strict).map(({ maxBitrate }) => maxBitrate)).toEqual([
      150_000, 400_000, 400_000,
    ]);
    expect(sendEncodings('screen', hd, strict)).toMatchObject([{ maxBitrate: 400_000 }]);
  });
});

describe('refitEncodings', () => {
  it('switches off what a smaller camera cannot fill, and on again', () => {
    const three = sendEncodings('camera', hd, media);
    const small = refitEncodings(three, sendEncodings('camera', { width: 640, height: 480 }, media));
    expect(small.map(({ active, scaleResolutionDownBy }) => [active, scaleResolutionDownBy])).toEqual([
      [true, 2],
      [true, 1],
      [false, 1],
    ]);
    const again = refitEncodings(small, three);
    expect(again.map(({ active, scaleResolutionDownBy }) => [active, scaleResolutionDownBy])).toEqual([
      [true, 4],
      [true, 2],
      [true, 1],
    ]);
  });

  it.each([
    [3, { active: true, scalabilityMode: 'L3T3_KEY', scaleResolutionDownBy: 1, maxBitrate: 3_150_000 }],
    [2, { active: true, scalabilityMode: 'L2T3_KEY', scaleResolutionDownBy: 2, maxBitrate: 787_500 }],
    [1, { active: true, scalabilityMode: 'L1T3', scaleResolutionDownBy: 4, maxBitrate: 196_875 }],
    [0, { active: false, scalabilityMode: 'L1T3' }],
  ])('of one stream of three layers, %i of which are watched, makes as many', (watched, expected) => {
    const three = sendEncodings('camera', hd, media, 'VP9');
    expect(refitEncodings(three, three, watched)).toMatchObject([expected]);
  });

  it('fits a single encoding to the largest layer', () => {
    const [tiny] = sendEncodings('camera', { width: 320, height: 240 }, media);
    expect(tiny).toEqual({ scaleResolutionDownBy: 1, maxFramerate: 15, maxBitrate: 150_000 });
    const large = sendEncodings('camera', { width: 2560, height: 1440 }, media);
    expect(refitEncodings([{ ...tiny }], large)).toEqual([
      { active: true, scaleResolutionDownBy: 2, maxFramerate: 30, maxBitrate: 2_500_000 },
    ]);
  });

  it('switches off what nobody watches, and nothing else of it', () => {
    const three = sendEncodings('camera', { width: 1280, height: 720 }, media);
    const active = (encodings: RTCRtpEncodingParameters[]) => encodings.map((encoding) => encoding.active);
    expect(active(refitEncodings(three, three, 2))).toEqual([true, true, false]);
    expect(active(refitEncodings(three, three, 0))).toEqual([false, false, false]);
    const vga = sendEncodings('camera', { width: 640, height: 480 }, media);
    expect(active(refitEncodings(three, vga, 3)), 'a layer that does not fit stays off').toEqual([
      true,
      true,
      false,
    ]);
    expect(refitEncodings(refitEncodings(three, three, 0), three, 3)).toEqual(
      three.map((encoding) => ({ ...encoding, active: true })),
    );
    expect(active(refitEncodings(three.slice(0, 1), three, 0)), 'a single one too').toEqual([false]);
  });
});

it.each([
  ['detail', 1920, 1080, 15, 1],
  ['text', 3840, 2160, 15, 1],
  ['motion', 2560, 1440, 30, 1],
  ['', 7680, 4320, 15, 2],
  ['motion', 2160, 7680, 30, 2],
])(
  'a screen of %s, %i × %i, is sent at %i frames a second, scaled down by %f',
  (contentHint, width, height, maxFramerate, scaleResolutionDownBy) => {
    expect(sendEncodings('screen', { width, height, contentHint }, media)).toEqual([
      { maxBitrate: media.maxBitrate, maxFramerate, scaleResolutionDownBy },
    ]);
  },
);
