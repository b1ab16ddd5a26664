/**
 * Makes the media that bots send, under `media/`: `node scripts/make-media.ts`. Needs ffmpeg with libvpx and libopus
 * (Debian: `apt-get install ffmpeg`). The files are committed, so this runs only when the media is to change.
 *
 * - `low.ivf`, `medium.ivf`, `high.ivf`: VP8, 4 s of a moving test picture. A key frame each second and nowhere else, no
 *   invisible frames: every IVF frame is one RTP timestamp.
 * - `tone.ogg`: Opus, 4 s of a tone that swells, in frames of 20 ms.
 */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SECONDS = 4;
const LAYERS = [
  { name: 'low', size: '320x180', rate: 15, bitrate: '90k' },
  { name: 'medium', size: '640x360', rate: 30, bitrate: '250k' },
  { name: 'high', size: '1280x720', rate: 30, bitrate: '700k' },
];

const folder = fileURLToPath(new URL('../media/', import.meta.url));

for (const { name, size, rate, bitrate } of LAYERS) {
  make(`${name}.ivf`, [
    ...['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=${rate}`, '-t', String(SECONDS)],
    ...['-c:v', 'libvpx', '-pix_fmt', 'yuv420p', '-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate],
    // Key frames exactly each second; alternative references would be frames that are never shown.
    ...['-g', String(rate), '-keyint_min', String(rate), '-auto-alt-ref', '0', '-lag-in-frames', '0'],
    ...['-deadline', 'good', '-cpu-used', '0', '-threads', '1'],
  ]);
}
make('tone.ogg', [
  ...[
    '-f',
    'lavfi',
    '-i',
    `aevalsrc=0.3*sin(2*PI*440*t)*(0.6+0.4*sin(2*PI*t)):s=48000`,
    '-t',
    String(SECONDS),
  ],
  ...['-c:a', 'libopus', '-b:a', '24k', '-frame_duration', '20', '-application', 'voip'],
]);

function make(file: string, args: string[]): void {
  const target = `${folder}${file}`;
  // Bit-exact: no version of ffmpeg and no random number in the file.
  execFileSync('ffmpeg', [
    '-y',
    '-v',
    'error',
    ...args,
    '-fflags',
    '+bitexact',
    '-flags',
    '+bitexact',
    target,
  ]);
  console.log(`${file}: ${statSync(target).size} bytes`);
}
