import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { until } from '@parley/service/testing/inbox';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { useNode } from '../testing/room-fixture.ts';
import { captureEvent, captureEvents, TestRecorder } from '../testing/test-recorder.ts';

const PORT = 41_997;
let logged = '';
const sink = new Writable({
  write: (chunk, _, done) => {
    logged += String(chunk);
    done();
  },
});
const fixture = useNode(
  { PARLEY_PLAIN_PORTS: `${PORT}-${PORT}` },
  { logger: pino({ level: 'trace' }, sink) },
);

it('without a port it says what to do, captures as soon as there is one, and no log has the keys', async () => {
  const taken = createSocket('udp4');
  taken.bind(PORT, '127.0.0.1');
  await once(taken, 'listening');
  const recorder = await TestRecorder.listen(true);
  try {
    const link = await fixture.room();
    const order = recorder.order();
    link.send({ type: 'capture', order });
    const alice = await fixture.join(link, 'alice');
    await alice.publish(['microphone', 'camera']);
    alice.send();
    const failed = await captureEvent(link, 'failed');
    expect(failed).toMatchObject({ code: 'recording_unavailable' });
    expect(failed.message).toMatch(/PARLEY_PLAIN_PORTS/);
    taken.close();
    await once(taken, 'close');
    link.send({ type: 'capture', order });
    const transport = await captureEvent(link, 'transport');
    expect(transport.port).toBe(PORT);
    recorder.know(transport);
    const { rtp } = await captureEvent(link, 'track');
    await until(() => recorder.count(rtp.ssrc) > 10, 'it flows');
    expect(captureEvents(link).filter(({ type }) => type === 'failed').length, 'once a track').toBe(2);
    expect(logged).toMatch(/"event":"capture-began"/);
    expect(logged).toMatch(/"event":"capture-failed"/);
    for (const keys of [order.target.srtp, transport.srtp]) {
      expect(keys?.keyBase64).toHaveLength(40);
      expect(logged).not.toContain(keys?.keyBase64);
    }
  } finally {
    recorder.close();
  }
});
