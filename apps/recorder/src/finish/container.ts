import type { PictureCodec } from './media-file.ts';

/** What a file of pictures in certain codecs is made as. */
export interface ContainerChoice {
  container: 'webm' | 'mp4';
  /** Of the pictures in it. */
  codec: PictureCodec;
  /** Whether pictures of a codec go in as they are. */
  keeps: (codec: string) => boolean;
}

const PICTURE_CODECS: readonly string[] = ['vp8', 'vp9', 'av1', 'h264'] satisfies PictureCodec[];

function isPictureCodec(codec: string): codec is PictureCodec {
  return PICTURE_CODECS.includes(codec);
}

/**
 * A file whose pictures are all of one codec keeps them wherever its container can: H264 goes to MP4 whatever was asked for, VP8 is
 * encoded again where MP4 was. Where the codec changes all become that of the container; MP4 has one set of parameters, so that
 * even those that are H264 do.
 */
export function chooseContainer(format: 'webm' | 'mp4', codecs: Iterable<string>): ContainerChoice {
  const [codec, ...others] = new Set(codecs);
  if (codec !== undefined && others.length === 0 && isPictureCodec(codec)) {
    const container = codec === 'h264' ? 'mp4' : format;
    if (container === 'webm' || codec !== 'vp8') return { container, codec, keeps: () => true };
  }
  return format === 'webm'
    ? { container: 'webm', codec: 'vp8', keeps: (each) => each === 'vp8' }
    : { container: 'mp4', codec: 'h264', keeps: () => false };
}
