import type { CapturedRtp } from '@parley/protocol/recording/capture';
import { av1 } from './av1.ts';
import type { Depacketizer } from './depacketizer.ts';
import { H264 } from './h264.ts';
import { Opus } from './opus.ts';
import { vp8 } from './vp8.ts';
import { vp9 } from './vp9.ts';

/** What reads a track's payloads; `undefined` for a codec that is not recorded. */
export function depacketizerOf({ mimeType, channels, parameters }: CapturedRtp): Depacketizer | undefined {
  switch (mimeType.toLowerCase()) {
    case 'video/vp8':
      return vp8;
    case 'video/vp9':
      return vp9;
    case 'video/av1':
      return av1;
    case 'video/h264':
      return new H264(parameters['sprop-parameter-sets']);
    case 'audio/opus':
      return new Opus(channels ?? 2);
    default:
      return undefined;
  }
}
