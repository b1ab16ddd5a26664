import type { Consumer } from 'mediasoup/types';

/**
 * Has mediasoup look again whether a consumer can have the layer that it wants, when it has a lower one though the higher is there.
 *
 * mediasoup goes to a layer once it knows when that was captured, which is with the first packet after a sender report; it looks at the
 * report, and not again unless the transport's bandwidth changes, which a PlainTransport's never does. Only a change of what is
 * preferred makes it look, so it is changed to what there is, and back, in one go.
 *
 * @param spatialLayer that is wanted
 * @throws when the worker cannot, or the consumer has ended meanwhile
 */
export async function reachLayer(consumer: Consumer, spatialLayer: number): Promise<void> {
  const current = consumer.currentLayers?.spatialLayer;
  const isThere = (consumer.score.producerScores[spatialLayer] ?? 0) > 0;
  if (consumer.closed || current === undefined || current >= spatialLayer || !isThere) return;
  const preferred = [{ spatialLayer: current }, { spatialLayer }];
  await Promise.all(preferred.map((layers) => consumer.setPreferredLayers(layers)));
}
