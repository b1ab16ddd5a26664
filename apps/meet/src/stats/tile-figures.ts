import type { CallStats, StreamStats } from '@parley/client/call-stats';
import type { Tile } from '@parley/react';
import { bitrateOf, lossOf } from './streams.ts';

/** What a tile's streams do: its picture, and the sound of whose it is. */
export interface TileFigures {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly codecs: readonly string[];
  /** Of picture and sound together, bit/s. */
  readonly bitrate: number;
  /** Share of the packets that were lost on the way, 0–1. */
  readonly loss: number;
  /** The highest of the streams', ms. */
  readonly jitter: number;
  /** Names of the layers that one sends; none for a single encoding, and for others' tiles. */
  readonly layers: readonly string[];
  /** What keeps one from sending more: `cpu` or `bandwidth`. */
  readonly limitedBy: string | undefined;
}

/** The figures of a tile in one measurement; undefined where none of its streams flows. */
export function tileFigures(tile: Tile, stats: CallStats): TileFigures | undefined {
  return tile.isSelf ? ownFigures(tile, stats) : remoteFigures(tile, stats);
}

function ownFigures({ source }: Tile, { sent }: CallStats): TileFigures | undefined {
  const sound = source === 'screen' ? 'screen-audio' : 'microphone';
  const streams = sent.filter((stream) => stream.source === source || stream.source === sound);
  const layers = streams.filter(({ source: from, bitrate }) => from === source && bitrate > 0);
  const limits = layers.map(({ limitedBy }) => limitedBy).filter((limit) => limit !== 'none');
  return figuresOf(streams, {
    layers: layers.flatMap(({ rid }) => rid ?? []),
    limitedBy: limits[0],
  });
}

function remoteFigures({ participantId, source }: Tile, { received }: CallStats): TileFigures | undefined {
  const sound = source === 'screen' ? 'screen-audio' : 'microphone';
  const streams = [...received.values()].filter(
    (stream) =>
      stream.participantId === participantId && (stream.source === source || stream.source === sound),
  );
  return figuresOf(streams, { layers: [], limitedBy: undefined });
}

function figuresOf(
  streams: readonly StreamStats[],
  more: Pick<TileFigures, 'layers' | 'limitedBy'>,
): TileFigures | undefined {
  if (streams.length === 0) return undefined;
  // A layer that has stopped keeps its size.
  const size = ({ width, bitrate }: StreamStats) => (bitrate > 0 ? width : 0);
  const largest = streams.reduce((a, b) => (size(b) > size(a) ? b : a));
  const ofKind = (kind: StreamStats['kind']) => streams.filter((stream) => stream.kind === kind);
  return {
    width: largest.width,
    height: largest.height,
    framesPerSecond: largest.framesPerSecond,
    codecs: [...new Set([...ofKind('video'), ...ofKind('audio')].flatMap(({ codec }) => codec ?? []))],
    bitrate: bitrateOf(streams),
    loss: lossOf(streams),
    jitter: Math.max(...streams.map(({ jitter }) => jitter)),
    ...more,
  };
}
