import { byPriority, type MediaConfig } from '@parley/protocol/config/media-config';
import type { RouterRtpCodecCapability, RtpCapabilities } from 'mediasoup/types';

const VIDEO: Record<MediaConfig['video']['codecs'][number]['name'], RouterRtpCodecCapability[]> = {
  VP8: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 }],
  // Constrained Baseline is what every browser has; Baseline is what older Android encoders offer.
  H264: ['42e01f', '42001f'].map((profile) => ({
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': profile, 'level-asymmetry-allowed': 1 },
  })),
  // Eight bits, 4:2:0: what everybody encodes.
  VP9: [{ kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } }],
  AV1: [{ kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 }],
};

const AUDIO: Record<MediaConfig['audio']['codecs'][number]['name'], RouterRtpCodecCapability[]> = {
  opus: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      clockRate: 48_000,
      channels: 2,
    },
  ],
};

/** The codecs that routers take, most wanted first, as `media.yaml` names them. */
export function routerCodecs(config: MediaConfig): RouterRtpCodecCapability[] {
  return [
    ...byPriority(config.audio.codecs).flatMap((name) => AUDIO[name]),
    ...byPriority(config.video.codecs).flatMap((name) => VIDEO[name]),
  ];
}

/** How lost packets are healed. */
export interface Repair {
  /** Whether they are asked for again: generic NACK (RFC 4585 §6.2.1). */
  nack: boolean;
  /** Whether video that is sent again goes on a stream of its own (RFC 4588). Without {@link nack} nothing is. */
  rtx: boolean;
}

/**
 * What of a router's capabilities sessions negotiate. Routers have NACK and RTX whatever their codecs say, so what is
 * not wanted is taken out here; key frames can always be asked for. They have RTX of video only.
 */
export function negotiable(capabilities: RtpCapabilities, { nack, rtx }: Repair): RtpCapabilities {
  const { codecs = [], ...rest } = capabilities;
  return {
    ...rest,
    codecs: codecs
      .filter(({ mimeType }) => (nack && rtx) || !/\/rtx$/i.test(mimeType))
      .map((codec) => ({
        ...codec,
        rtcpFeedback: (codec.rtcpFeedback ?? []).filter(
          ({ type, parameter }) => nack || type !== 'nack' || parameter,
        ),
      })),
  };
}

/** MIME types, most wanted first. */
export function codecPreference(config: MediaConfig): string[] {
  return routerCodecs(config).map(({ mimeType }) => mimeType);
}
