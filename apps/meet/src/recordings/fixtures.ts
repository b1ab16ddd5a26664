import type { Recording, RecordingFileDetails, RecordingSummary } from '@parley/protocol/rest';

/** When the recordings of the tests began. */
export const STARTED = Date.UTC(2026, 0, 5, 12, 30);

/** A recording in a list. */
export function summaryOf(change: Partial<RecordingSummary> = {}): RecordingSummary {
  return {
    id: 'rec-1',
    roomId: 'stand-up',
    status: 'finished',
    startedAt: STARTED,
    stoppedAt: STARTED + 75_000,
    bytes: 12_345_678,
    ...change,
  };
}

/** A file of Ann's. */
export function fileOf(change: Partial<RecordingFileDetails> = {}): RecordingFileDetails {
  return {
    id: 'participant-ann',
    kind: 'participant',
    participantId: 'ann',
    participantName: 'Ann',
    container: 'webm',
    mimeType: 'video/webm; codecs="vp8, opus"',
    from: STARTED,
    durationMs: 75_000,
    width: 1280,
    height: 720,
    bytes: 12_000_000,
    url: '/api/recordings/rec-1/media?file=participant-ann&token=t1',
    downloadUrl: '/api/recordings/rec-1/media?file=participant-ann&token=t1&download=1',
    ...change,
  };
}

/** A recording with all there is of it. */
export function recordingOf(change: Partial<Recording> = {}): Recording {
  return {
    ...summaryOf(),
    options: {
      mode: 'tracks',
      layout: 'grid',
      audioOnly: false,
      quality: 'high',
      resolution: { width: 1280, height: 720 },
    },
    participants: [
      { participantId: 'ann', name: 'Ann' },
      { participantId: 'bob', name: 'Bob' },
    ],
    gaps: [],
    files: [fileOf()],
    ...change,
  };
}
