import type { RoomStats } from '@parley/protocol/rest';
import type { RoomMediaStats } from '@parley/protocol/stats';
import type { RoomState } from '@parley/room/state';

/** A room's statistics out of what its node measured. */
export function roomStats(
  state: RoomState,
  { tracks, subscriptions, history, truncated }: RoomMediaStats,
): RoomStats {
  const known = Object.values(state.participants).flatMap((participant) => participant.tracks);
  const layers = tracks.flatMap((track) => track.layers);
  return {
    roomId: state.roomId,
    participantCount: Object.keys(state.participants).length,
    trackCount: {
      audio: known.filter((track) => track.kind === 'audio').length,
      video: known.filter((track) => track.kind === 'video').length,
    },
    bitrate: {
      received: sum(tracks.map((track) => track.bitrate)),
      sent: sum(subscriptions.map((subscription) => subscription.bitrate)),
    },
    packetLossRate: mean(layers.map((layer) => layer.fractionLost)),
    jitterMs: mean(layers.map((layer) => layer.jitterMs)),
    tracks,
    subscriptions,
    ...(history && { history }),
    ...(truncated && { truncated }),
  };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
