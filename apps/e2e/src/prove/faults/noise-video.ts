import { randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES = 12;
/** Pixels of a block of one brightness. Of finer noise an encoder leaves out most frames to keep to its bitrate. */
const BLOCK = 20;

/** Writes a YUV4MPEG2 file of moving noise, which encoders cannot leave out: a dense picture for Chromium's fake camera. */
export async function writeNoise(file: string): Promise<void> {
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < FRAMES; frame++) {
    parts.push(Buffer.from('FRAME\n'));
    parts.push(brightness(), Buffer.alloc((WIDTH * HEIGHT) / 2, 128));
  }
  await writeFile(file, Buffer.concat(parts));
}

function brightness(): Buffer {
  const columns = WIDTH / BLOCK;
  const blocks = randomFillSync(Buffer.alloc((columns * HEIGHT) / BLOCK));
  const pixels = Buffer.alloc(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x += BLOCK) {
      const block = blocks[Math.floor(y / BLOCK) * columns + x / BLOCK];
      pixels.fill(block ?? 0, y * WIDTH + x, y * WIDTH + x + BLOCK);
    }
  }
  return pixels;
}
