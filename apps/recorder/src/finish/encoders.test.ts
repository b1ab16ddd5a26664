import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { chooseEncoder, hardwareEncoders, SOFTWARE } from './encoders.ts';
import { FfmpegFailed, runFfmpeg } from './ffmpeg.ts';

const folder = os.tmpdir();
const { signal } = new AbortController();

describe('encoders', () => {
  it('are those of the graphics processor first, each device by itself', () => {
    expect(hardwareEncoders('vp8', ['renderD128', 'renderD129']).map(({ device }) => device)).toEqual([
      ['-vaapi_device', '/dev/dri/renderD128'],
      ['-vaapi_device', '/dev/dri/renderD129'],
    ]);
    expect(hardwareEncoders('h264', ['renderD128']).map(({ name }) => name)).toEqual([
      'h264_nvenc',
      'h264_vaapi',
    ]);
  });

  it('are software where that is wanted', async () => {
    expect(await chooseEncoder('h264', { hardware: false, folder, signal })).toBe(SOFTWARE.h264);
  });

  it.each(['vp8', 'h264'] as const)('of %s encode, whatever this machine has', async (codec) => {
    const encoder = await chooseEncoder(codec, { hardware: true, folder, signal });
    const picture = ['-f', 'lavfi', '-i', 'color=s=320x180:r=30:d=0.2', '-vf', encoder.upload];
    await runFfmpeg({
      folder,
      args: [...encoder.device, ...picture, ...encoder.args(300_000), '-f', 'null', '-'],
      signal,
    });
  });
});

describe('ffmpeg', () => {
  it('says why it fails, and whether what it was given is to blame', async () => {
    const failed = await runFfmpeg({
      folder,
      args: ['-i', 'not-there.webm', '-f', 'null', '-'],
      signal,
    }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(FfmpegFailed);
    expect(failed).toMatchObject({ ofInput: true, message: expect.stringContaining('not-there.webm') });
    expect(new FfmpegFailed(1, 'av_interleaved_write_frame(): No space left on device').ofInput).toBe(false);
    expect(new FfmpegFailed('SIGKILL', '').ofInput).toBe(false);
  });

  it('is killed when it is not wanted any more', async () => {
    const stop = new AbortController();
    const running = runFfmpeg({
      folder,
      args: ['-re', '-f', 'lavfi', '-i', 'color=s=64x64', '-f', 'null', '-'],
      signal: stop.signal,
      reached: () => stop.abort(new Error('not wanted')),
    });
    await expect(running).rejects.toThrow('not wanted');
  });
});
