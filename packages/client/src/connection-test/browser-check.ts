import type { Check } from './check.ts';
import { PASSED } from './result.ts';

/** Codecs that a call can use, by the last part of their MIME types (RFC 7742, RFC 7874). */
const USABLE = { video: ['VP8', 'VP9', 'H264', 'AV1', 'H265'], audio: ['OPUS'] } as const;

/** Whether the browser and the page can hold a call at all. */
export const browserCheck: Check<'browser'> = {
  name: 'browser',
  async find() {
    const media: Partial<MediaDevices> | undefined = globalThis.navigator.mediaDevices;
    return {
      secure: globalThis.isSecureContext,
      webrtc: 'RTCPeerConnection' in globalThis,
      capture: media?.getUserMedia !== undefined,
      video: codecs('video'),
      audio: codecs('audio'),
    };
  },
  judge({ secure, webrtc, capture, video, audio }) {
    if (!webrtc) return { outcome: 'failed', reason: 'no-webrtc' };
    if (video.length === 0 || audio.length === 0) return { outcome: 'failed', reason: 'no-codec' };
    if (!secure) return { outcome: 'warning', reason: 'insecure-page' };
    return capture ? PASSED : { outcome: 'warning', reason: 'no-capture' };
  },
};

function codecs(kind: 'video' | 'audio'): string[] {
  if (!('RTCRtpSender' in globalThis)) return [];
  const offered = RTCRtpSender.getCapabilities(kind)?.codecs ?? [];
  const names = new Set(offered.map(({ mimeType }) => (mimeType.split('/')[1] ?? '').toUpperCase()));
  return USABLE[kind].filter((name) => names.has(name));
}
