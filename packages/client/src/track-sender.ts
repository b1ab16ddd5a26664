import type { Publisher } from './publisher.ts';

/** What camera, microphone and screen need to send, whichever media session is the current one. */
export type TrackSender = Pick<Publisher, 'published' | 'publish' | 'unpublish' | 'replaceTrack'>;
