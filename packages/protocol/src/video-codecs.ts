/** Video codecs that servers can be configured to take, by their names in SDP. */
export const VIDEO_CODECS = ['VP8', 'H264', 'VP9', 'AV1'] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];
