import type { Consumer } from 'mediasoup/types';
import { flows, type TrackDecision } from './policy.ts';

/**
 * Brings a consumer in line with what is decided. Each question costs the worker a message, so nothing is asked that is so already.
 *
 * @param takes whether the client takes the track at all
 * @param tight whether the priority matters
 * @param outdated whether nothing that was sent is to be sent again: the worker forgets it when it pauses
 */
export async function applyDecision(
  consumer: Consumer,
  decision: TrackDecision,
  { takes, tight, outdated, layers }: { takes: boolean; tight: boolean; outdated: boolean; layers: number },
): Promise<void> {
  const { ceiling: spatialLayer, priority } = decision;
  if (layers > 1 && spatialLayer !== consumer.preferredLayers?.spatialLayer) {
    await consumer.setPreferredLayers({ spatialLayer });
  }
  if (consumer.kind === 'video' && tight && priority !== consumer.priority)
    await consumer.setPriority(priority);
  if (outdated && !consumer.paused) await consumer.pause();
  const open = takes && flows(decision);
  if (open === consumer.paused) await (open ? consumer.resume() : consumer.pause());
}
