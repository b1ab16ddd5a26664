import { until } from '@parley/service/testing/inbox';
import { afterEach, expect, it } from 'vitest';
import { evenly } from '../testing/evenly.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';
import { captureEvent, captureEvents, TestRecorder } from '../testing/test-recorder.ts';

/** Every second participant is on the other worker. */
const fixture = useNode({ PARLEY_PERFORMANCE_WORKER_THREADS: '2' }, { placement: evenly });
const mediaOf = (link: TestLink) =>
  fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
let recorder: TestRecorder;

afterEach(() => recorder.close());

const flows = async (ssrc: number) => {
  const before = recorder.count(ssrc);
  await until(() => recorder.count(ssrc) > before + 10, `${ssrc} flows`);
};

/** Alice and Bob, each on a worker of their own, on their way to a recorder that wants SRTP. */
async function recorded() {
  const link = await fixture.room();
  recorder = await TestRecorder.listen(true);
  const ssrcs: Record<string, number> = {};
  const transports: Record<string, string> = {};
  link.send({ type: 'capture', order: recorder.order() });
  for (const name of ['alice', 'bob']) {
    const peer = await fixture.join(link, name);
    await peer.publish(['microphone']);
    peer.send();
    const track = await captureEvent(link, 'track', { fits: (event) => event.participantId === name });
    const fits = ({ transportId }: { transportId: string }) => transportId === track.transportId;
    recorder.know(await captureEvent(link, 'transport', { fits }));
    ssrcs[name] = track.rtp.ssrc;
    transports[name] = track.transportId;
    await flows(track.rtp.ssrc);
  }
  return { link, ssrcs, transports };
}

it('in a room on two workers each track comes once, from its own', async () => {
  const { link, transports } = await recorded();
  expect(transports['alice']).not.toBe(transports['bob']);
  const tracks = captureEvents(link).filter(({ type }) => type === 'track');
  expect(tracks).toHaveLength(2);
  expect(recorder.packets.size, 'what goes between workers is not captured there too').toBe(2);
  expect(recorder.broken).toBe(0);
  link.sendClose('bob');
  expect(await captureEvent(link, 'transport-ended')).toMatchObject({ transportId: transports['bob'] });
});

it('a worker that dies takes its tracks, the others go on, and who comes back is captured again', async () => {
  const { link, ssrcs, transports } = await recorded();
  const from = link.messages.count;
  process.kill(mediaOf(link)?.sessions.get('bob')?.router.worker.worker.pid ?? 0, 'SIGKILL');
  expect(await captureEvent(link, 'transport-ended')).toMatchObject({ transportId: transports['bob'] });
  expect(await link.sessionClosed('bob')).toBe('media_unavailable');
  await flows(ssrcs['alice'] ?? 0);
  const again = await fixture.join(link, 'bob');
  await again.publish(['microphone']);
  again.send();
  const fits = ({ participantId }: { participantId: string }) => participantId === 'bob';
  const track = await captureEvent(link, 'track', { from, fits });
  const { transportId } = track;
  recorder.know(
    await captureEvent(link, 'transport', { fits: (event) => event.transportId === transportId }),
  );
  await flows(track.rtp.ssrc);
});

it('room end closes all of it', async () => {
  const { link } = await recorded();
  const media = mediaOf(link);
  const routers = media?.routers ?? [];
  const consumers = media?.capture?.tracks.map(({ consumer }) => consumer) ?? [];
  expect(consumers).toHaveLength(2);
  link.send({ type: 'close-room', roomId: link.roomId });
  await until(() => routers.every(({ router }) => router.closed), 'the room is over');
  expect(consumers.every(({ closed }) => closed)).toBe(true);
  expect(media?.capture).toBeUndefined();
});
