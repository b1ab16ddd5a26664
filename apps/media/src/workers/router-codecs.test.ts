import { loadConfig } from '@parley/protocol/config/load-config';
import { MediaConfig } from '@parley/protocol/config/media-config';
import { describe, expect, it } from 'vitest';
import { codecPreference, negotiable, routerCodecs } from './router-codecs.ts';

const config = (text = '') => loadConfig(MediaConfig, text, 'media.yaml');

describe('the codecs of routers', () => {
  it('are those of the configuration, most wanted first', () => {
    expect(codecPreference(config())).toEqual(['audio/opus', 'video/VP8', 'video/H264', 'video/H264']);
    const other = config('video: { codecs: [{ name: VP8, priority: 1 }, { name: H264, priority: 2 }] }');
    expect(codecPreference(other)).toEqual(['audio/opus', 'video/H264', 'video/H264', 'video/VP8']);
    const modern = config('video: { codecs: [{ name: VP9, priority: 2 }, { name: AV1, priority: 3 }] }');
    expect(codecPreference(modern)).toEqual(['audio/opus', 'video/AV1', 'video/VP9']);
    const one = config('video: { codecs: [{ name: H264, priority: 2 }] }');
    expect(routerCodecs(one).map(({ mimeType }) => mimeType)).not.toContain('video/VP8');
  });
});

describe('what sessions negotiate', () => {
  const nack = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'transport-cc' }];
  const capabilities = {
    codecs: [
      {
        kind: 'video' as const,
        mimeType: 'video/VP8',
        clockRate: 90_000,
        preferredPayloadType: 101,
        rtcpFeedback: nack,
      },
      {
        kind: 'video' as const,
        mimeType: 'video/rtx',
        clockRate: 90_000,
        preferredPayloadType: 102,
        parameters: { apt: 101 },
      },
    ],
    headerExtensions: [],
  };

  it('is all that routers can, or all but what the configuration leaves out', () => {
    const [vp8, rtx] = capabilities.codecs;
    const all = { ...capabilities, codecs: [vp8, { ...rtx, rtcpFeedback: [] }] };
    expect(negotiable(capabilities, { nack: true, rtx: true })).toEqual(all);
    expect(negotiable(capabilities, { nack: true, rtx: false })).toEqual({ ...all, codecs: [vp8] });
    const neither = { ...all, codecs: [{ ...vp8, rtcpFeedback: nack.slice(1) }] };
    expect(negotiable(capabilities, { nack: false, rtx: false })).toEqual(neither);
    expect(negotiable(capabilities, { nack: false, rtx: true })).toEqual(neither);
  });
});
