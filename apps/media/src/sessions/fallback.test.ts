import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestClient } from '../testing/test-client.ts';
import { captureEvents } from '../testing/test-recorder.ts';

const fixture = useNode({
  PARLEY_VIDEO_CODECS: '[{ name: VP9, priority: 2 }, { name: VP8, priority: 1 }]',
});

/** An answer that takes all of an offer but video of some codecs. */
function lacking(offer: string, codec: string): string {
  return offer
    .replaceAll('a=setup:actpass', 'a=setup:active')
    .replaceAll('a=sendonly', 'a=recvonly')
    .replace(/^a=(ice-lite|candidate:.*|end-of-candidates|msid:.*|ssrc.*)\r\n/gm, '')
    .split(/^(?=m=)/m)
    .map((section) =>
      section.includes(` ${codec}/`) ? section.replace(/^m=video \d+/, 'm=video 0') : section,
    )
    .join('');
}

/** The sections of a client's latest offer from the node by track id, once it names so many. */
async function offered(client: TestClient, count: number) {
  const offers = () => client.events.all.filter((event) => event.type === 'offer');
  await until(() => offers().length === count, `${count} offers`);
  const { offerId, sdp, tracks } = offers().at(-1) ?? { offerId: '', sdp: '', tracks: [] };
  const sections = sdp.split(/^(?=m=)/m);
  const codecOf = (mid: string) =>
    /^a=rtpmap:\d+ (\w+)/m.exec(sections.find((section) => section.includes(`a=mid:${mid}\r`)) ?? '')?.[1];
  return { offerId, sdp, tracks: tracks.map(({ mid, trackId }) => [trackId, codecOf(mid)]) };
}

/** Chromium's next offer, with its third m-line in VP8 alone. */
const withThird = () =>
  readFixture('chromium', 'screen-added')
    .split(/^(?=m=)/m)
    .map((section) =>
      section.includes('a=mid:2\r') ? section.replace(/ (VP9|AV1|H264)\//g, ' none/') : section,
    )
    .join('');

it('a client that lacks the codec gets the track in another, which its publisher is asked for', async () => {
  const link = await fixture.room();
  const target = { ip: '127.0.0.1', port: 9 };
  const order = { recordingId: 'rec-1', epoch: 1, target, audioOnly: false, quality: 'high' as const };
  link.send({ type: 'capture', order });
  const alice = await fixture.over('relay').open(link, 'alice', { recovers: true });
  alice.request({ type: 'offer', sdp: readFixture('chromium', 'audio-video') });
  const { tracks } = await alice.event('answer');
  const camera = tracks.find(({ source }) => source === 'camera')?.trackId ?? '';
  const microphone = tracks.find(({ source }) => source === 'microphone')?.trackId;

  const bob = await fixture.over('relay').open(link, 'bob');
  const first = await offered(bob, 1);
  expect(first.tracks).toEqual([
    [microphone, 'opus'],
    [camera, 'VP9'],
  ]);
  bob.request({ type: 'answer', offerId: first.offerId, sdp: lacking(first.sdp, 'VP9') });
  await expect(alice.event('codec-wanted')).resolves.toMatchObject({
    trackId: camera,
    codec: 'VP8',
    wanted: true,
  });

  const from = alice.events.count;
  const named = [
    ...tracks.map(({ mid, source }) => ({ mid, source })),
    { mid: '2', source: 'camera' as const, fallbackFor: camera },
  ];
  alice.request({ type: 'offer', sdp: withThird(), tracks: named });
  const answer = await alice.event('answer', { from });
  expect(answer.tracks, 'it is no track of its own').toEqual(tracks);
  expect(answer.sdp.split(/^(?=m=)/m)[3]).toMatch(/^m=video [1-9].*\r\n[\s\S]*a=recvonly/);
  const second = await offered(bob, 2);
  expect(second.tracks).toEqual([
    [microphone, 'opus'],
    [camera, 'VP8'],
  ]);
  const published = link.messages.all.filter(({ type }) => type === 'track-published');
  expect(published).toHaveLength(2);
  const captured = captureEvents(link).flatMap((event) => (event.type === 'track' ? event.rtp.mimeType : []));
  expect(captured.toSorted(), 'a recording has it once').toEqual(['audio/opus', 'video/VP9']);
  expect(bob.events.all.filter(({ type }) => type === 'error')).toEqual([]);

  alice.request({ type: 'offer', sdp: readFixture('chromium', 'camera-inactive') });
  bob.request({ type: 'answer', offerId: second.offerId, sdp: lacking(second.sdp, 'VP9') });
  await until(
    () => link.messages.all.some(({ type }) => type === 'track-unpublished'),
    'the camera has ended',
  );
  const third = await offered(bob, 3);
  expect(third.tracks).toEqual([[microphone, 'opus']]);
});

it('a publisher that would not understand is not asked', async () => {
  const link = await fixture.room();
  const alice = await fixture.over('relay').open(link, 'alice');
  alice.request({ type: 'offer', sdp: readFixture('chromium', 'audio-video') });
  const bob = await fixture.over('relay').open(link, 'bob');
  const { offerId, sdp } = await offered(bob, 1);
  bob.request({ type: 'answer', offerId, sdp: lacking(sdp, 'VP9') });
  await expect(bob.event('error')).resolves.toMatchObject({ code: 'codec_unsupported' });
  expect(alice.events.all.filter(({ type }) => type === 'codec-wanted')).toEqual([]);
});
