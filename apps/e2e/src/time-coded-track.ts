// Runs in the browser: a camera whose pictures show when they were drawn.
import { drawPicture, HEIGHT, WIDTH } from '@parley/client/connection-test/test-picture';

declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(options: { kind: 'video' });
  readonly writable: WritableStream<VideoFrame>;
}

export interface TimeCodedOptions {
  framesPerSecond: number;
  /** Whole milliseconds that an interval is longer or shorter at most, by chance: frames are told apart by their times then. Default 0. */
  unevenness?: number;
  /** Milliseconds; default `performance.now()`. */
  now?: () => number;
  /** Draws more on a picture, before it is sent. */
  drawn?: (drawing: OffscreenCanvasRenderingContext2D, at: number) => void;
}

/** A camera whose frames go to the encoder as soon as they are drawn; a canvas's own track waits for its next turn. */
export function timeCodedTrack(options: TimeCodedOptions): MediaStreamTrack {
  const { framesPerSecond, unevenness = 0, now = () => performance.now(), drawn } = options;
  const drawing = new OffscreenCanvas(WIDTH, HEIGHT).getContext('2d');
  if (drawing === null) throw new Error('This browser cannot draw.');
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  const writer = track.writable.getWriter();
  const interval = 1000 / framesPerSecond;
  let due = performance.now();
  const draw = () => {
    if (track.readyState === 'ended') return;
    const at = now();
    const timestamp = performance.now() * 1000;
    drawPicture(drawing, at);
    drawn?.(drawing, at);
    // A track that has just ended takes no more.
    writer.write(new VideoFrame(drawing.canvas, { timestamp })).catch(() => undefined);
    const wait = interval + Math.round((Math.random() * 2 - 1) * unevenness);
    due = Math.max(due + wait, performance.now());
    setTimeout(draw, due - performance.now());
  };
  draw();
  return track;
}
