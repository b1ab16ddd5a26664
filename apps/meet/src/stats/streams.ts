import type { StreamStats } from '@parley/client/call-stats';

/** What streams have together, bit/s. */
export function bitrateOf(streams: readonly StreamStats[]): number {
  return streams.reduce((sum, { bitrate }) => sum + bitrate, 0);
}

/** The share of all their packets that was lost, 0–1; 0 where there were none. */
export function lossOf(streams: readonly StreamStats[]): number {
  const packets = streams.reduce((sum, stream) => sum + stream.packets, 0);
  if (packets === 0) return 0;
  return streams.reduce((sum, stream) => sum + stream.loss * stream.packets, 0) / packets;
}
