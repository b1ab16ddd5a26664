import type { Subscription } from '../sessions/subscription.ts';

/** A video that the client should get if its link allows it. */
export interface WatchedVideo extends Pick<Subscription, 'consumer' | 'track' | 'sent'> {
  /** How many layers its publisher has. */
  layers: number;
  /** The highest that the client should get. */
  spatialLayer: number;
  priority: number;
}

/** The best layer that a video should have and that its publisher sends. */
export function dueOf({ consumer, spatialLayer, layers }: WatchedVideo): number {
  const scores = consumer.score.producerScores;
  // SVC is one stream, of which the worker does not say what is in it.
  if (scores.length < layers) return spatialLayer;
  return Math.min(
    spatialLayer,
    scores.findLastIndex((score) => score > 0),
  );
}

/** Whether a video is sent in a layer that has one below it. */
export function isHigh({ consumer }: WatchedVideo): boolean {
  return (consumer.currentLayers?.spatialLayer ?? 0) > 0;
}

/** Whether the worker sends nothing of a video that its publisher sends: the estimate does not carry its lowest layer. */
export function isDropped({ consumer, layers }: WatchedVideo): boolean {
  const { paused, producerPaused, currentLayers, score } = consumer;
  if (layers < 2 || paused || producerPaused || currentLayers !== undefined) return false;
  return score.producerScores.some((one) => one > 0);
}
