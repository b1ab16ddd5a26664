import { ensureWorker } from '@parley/mediasoup-worker/ensure';
import { createWorker } from 'mediasoup';
import type { Worker } from 'mediasoup/types';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LOW_BUFFER_BYTES, ReliefValve } from './relief-valve.ts';

let worker: Worker;
beforeAll(async () => {
  const { path: workerBin } = await ensureWorker();
  worker = await createWorker({ logLevel: 'none', workerBin });
}, 20 * 60_000);
afterAll(() => worker.close());

/** A producer, and a consumer whose client has not connected: all that is sent stays in its buffer. */
async function stuck() {
  const router = await worker.createRouter();
  const direct = await router.createDirectTransport();
  const transport = await router.createWebRtcTransport({
    listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
    enableSctp: true,
    sctpPerStreamSendQueueLimit: 8 * LOW_BUFFER_BYTES,
  });
  const producer = await direct.produceData();
  const consumer = await transport.consumeData({ dataProducerId: producer.id });
  const fill = () => {
    for (let i = 0; i < 20; i++) producer.send(Buffer.alloc(LOW_BUFFER_BYTES));
  };
  return { consumer, transport, fill };
}

it('has what comes for a full buffer thrown away, and says once that it begins', async () => {
  const { consumer, fill } = await stuck();
  let losses = 0;
  new ReliefValve(consumer, () => {
    losses += 1;
  });
  fill();
  await expect.poll(() => consumer.paused).toBe(true);
  const buffered = await consumer.getBufferedAmount();
  fill();
  expect(await consumer.getBufferedAmount(), 'no more was kept').toBe(buffered);
  expect(losses).toBe(1);
  consumer.emit('bufferedamountlow', 0);
  await expect.poll(() => consumer.paused, { message: 'it goes on once that has drained' }).toBe(false);
  fill();
  await expect.poll(() => losses).toBe(2);
});

it('minds no consumer that is closed', async () => {
  const { consumer, transport, fill } = await stuck();
  new ReliefValve(consumer);
  fill();
  transport.close();
  consumer.emit('sctpsendbufferfull');
  consumer.emit('bufferedamountlow', 0);
  expect(consumer.closed).toBe(true);
});
