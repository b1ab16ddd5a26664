/** What one who receives one microphone and one camera has counted so far (webrtc-stats, `inbound-rtp`). */
export interface ReceptionCounts {
  /** Seconds, of any beginning. */
  at: number;
  samples: number;
  /** Samples that were made up, silence not counted. */
  concealed: number;
  audioPackets: number;
  /** Packets of sound that were read out of the one after them. */
  fec: number;
  /** Seconds that samples have waited in the jitter buffer, all together, and how many have. */
  waited: number;
  emitted: number;
  frames: number;
  /** Seconds for which the picture stood still. */
  frozen: number;
  /** Bytes of the picture, what is sent again included. */
  videoBytes: number;
}

/** How sound and picture came in a span of time. */
export interface Reception {
  /** Share of the samples that was made up. */
  concealed: number;
  /** Packets of sound in a second that were read out of the one after them. */
  fec: number;
  /** Seconds that sound waits in the jitter buffer. */
  buffered: number;
  framesPerSecond: number;
  /** Share of the time for which the picture stood still, as browsers define it. */
  frozen: number;
  /** Bit/s of the picture. */
  videoBitrate: number;
}

export function receptionBetween(before: ReceptionCounts, after: ReceptionCounts): Reception {
  const seconds = after.at - before.at;
  const grown = (key: keyof ReceptionCounts) => after[key] - before[key];
  return {
    concealed: grown('concealed') / Math.max(1, grown('samples')),
    fec: grown('fec') / seconds,
    buffered: grown('waited') / Math.max(1, grown('emitted')),
    framesPerSecond: grown('frames') / seconds,
    // A freeze is counted when it ends, so one may have begun before.
    frozen: Math.min(1, grown('frozen') / seconds),
    videoBitrate: (grown('videoBytes') * 8) / seconds,
  };
}
