/** A video in the IVF container: a 32-byte header, then frames of a 12-byte header each. */
export interface IvfVideo {
  /** Four characters, for example `VP80`. */
  codec: string;
  /** Pixels. */
  width: number;
  height: number;
  /** Frames a second. */
  frameRate: number;
  frames: Buffer[];
}

/**
 * Reads an IVF file whose frames are evenly spaced.
 *
 * @throws {Error} when it is none, or ends in the middle of a frame
 */
export function readIvf(file: Buffer): IvfVideo {
  if (file.length < 32 || file.toString('latin1', 0, 4) !== 'DKIF') throw new Error('This is no IVF file.');
  const frames: Buffer[] = [];
  for (let at = file.readUInt16LE(6); at < file.length; ) {
    const end = at + 12 + (at + 4 <= file.length ? file.readUInt32LE(at) : 0);
    if (end > file.length || end < at + 12)
      throw new Error(`The IVF file ends within frame ${frames.length}.`);
    frames.push(file.subarray(at + 12, end));
    at = end;
  }
  return {
    codec: file.toString('latin1', 8, 12),
    width: file.readUInt16LE(12),
    height: file.readUInt16LE(14),
    frameRate: file.readUInt32LE(16) / file.readUInt32LE(20),
    frames,
  };
}

/** Whether a VP8 frame is a key frame (RFC 6386 §9.1: the lowest bit of the frame tag is 0). */
export function isVp8KeyFrame(frame: Buffer): boolean {
  return ((frame[0] ?? 1) & 1) === 0;
}
