import { BITS, clockBlocks, readClock } from './picture-clock.ts';

/** Pixels of the picture. */
export const WIDTH = 640;
export const HEIGHT = 360;
const FRAMES_PER_SECOND = 20;
const BLOCK = WIDTH / BITS;
/** What is read is made this small: every block is 4 pixels wide. */
const SMALL = { width: BITS * 4, height: (BITS * 4 * HEIGHT) / WIDTH } as const;

/** A moving picture that shows the time at which it was drawn. */
export class TestPicture {
  readonly track: MediaStreamTrack;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const drawing = canvas.getContext('2d');
    const [track] = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
    if (drawing === null || track === undefined) throw new Error('This browser cannot capture a canvas.');
    this.track = track;
    // No animation frames: those stop in a tab that is not seen.
    this.#timer = setInterval(() => drawPicture(drawing, performance.now()), 1000 / FRAMES_PER_SECOND);
  }

  close(): void {
    clearInterval(this.#timer);
    this.track.stop();
  }
}

type Drawing = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws a picture that shows a time, ms, with enough movement that its bit rate is that of a camera. */
export function drawPicture(drawing: Drawing, now: number): void {
  drawing.fillStyle = `hsl(${(now / 40) % 360} 60% 40%)`;
  drawing.fillRect(0, 0, WIDTH, HEIGHT);
  for (let index = 0; index < 120; index++) {
    drawing.fillStyle = `hsl(${Math.random() * 360} 70% 50%)`;
    drawing.fillRect(Math.random() * WIDTH, BLOCK * 2 + Math.random() * HEIGHT, 24, 18);
  }
  for (const [index, on] of clockBlocks(now).entries()) {
    drawing.fillStyle = on ? '#fff' : '#000';
    drawing.fillRect(index * BLOCK, 0, BLOCK, BLOCK);
    drawing.fillStyle = on ? '#000' : '#fff';
    drawing.fillRect(index * BLOCK, BLOCK, BLOCK, BLOCK);
  }
}

/** Plays a test picture where nobody sees it, and reads how old it is. */
export class PictureReader {
  readonly video = document.createElement('video');
  readonly #drawing: CanvasRenderingContext2D | null;

  constructor(track: MediaStreamTrack) {
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.srcObject = new MediaStream([track]);
    this.video.play().catch(() => undefined);
    const canvas = document.createElement('canvas');
    canvas.width = SMALL.width;
    canvas.height = SMALL.height;
    this.#drawing = canvas.getContext('2d', { willReadFrequently: true });
  }

  /** Milliseconds from drawing the picture that is shown now until then; by default until it was read. */
  delay(then?: number): number | undefined {
    if (this.#drawing === null || this.video.videoWidth === 0) return undefined;
    this.#drawing.drawImage(this.video, 0, 0, SMALL.width, SMALL.height);
    const now = then ?? performance.now();
    const { data } = this.#drawing.getImageData(0, 0, SMALL.width, 8);
    const row = (y: number) =>
      Array.from({ length: BITS }, (_, bit) => data[(y * SMALL.width + bit * 4 + 2) * 4 + 1] ?? 0);
    return readClock(row(2), row(6), now);
  }

  close(): void {
    this.video.srcObject = null;
  }
}
