import { openGrants } from '@parley/protocol/grants';
import type { NodeLinkMessage } from '@parley/protocol/link-messages';
import { until } from '@parley/service/testing/inbox';
import { observer } from 'mediasoup';
import type { WebRtcTransport } from 'mediasoup/types';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { type RoomFixture, useNode } from '../testing/room-fixture.ts';
import type { TestClient } from '../testing/test-client.ts';
import type { TestLink } from '../testing/test-link.ts';

/** What a Chromium fixture's offer is answered with. */
async function answered(
  client: TestClient,
  name: string,
  type: 'offer' | 'start-screen-share' = 'offer',
  edit: (sdp: string) => string = (sdp) => sdp,
): Promise<string> {
  const from = client.events.count;
  client.request({ type, sdp: edit(readFixture('chromium', name)) });
  return (await client.event('answer', { from })).sdp;
}

/** Chromium asks for lost audio again only when its page says so. */
const withAudioNack = (sdp: string) => sdp.replace(/^(a=rtpmap:111 .*\r?\n)/m, '$1a=rtcp-fb:111 nack\r\n');
/** The first of each m-line's payload types by name: what the client will send. */
const chosen = (sdp: string) =>
  [...sdp.matchAll(/^m=\w+ \d+ \S+ (\d+)/gm)].map(
    ([, payload]) => new RegExp(`^a=rtpmap:${payload} (\\w+)`, 'm').exec(sdp)?.[1],
  );
const GENERIC_NACK = /^a=rtcp-fb:\S+ nack\r$/m;
const RTX = /^a=rtpmap:\d+ rtx\/|^a=ssrc-group:FID/m;

/** A participant who publishes and one who receives it, with the offer of the latter. */
async function call(fixture: RoomFixture) {
  const link = await fixture.room();
  const alice = await fixture.join(link, 'alice');
  const bob = await fixture.join(link, 'bob');
  const offers = bob.receive();
  const { tracks } = await alice.publish(['microphone', 'camera']);
  alice.send();
  await alice.publish(['screen'], 'start-screen-share');
  const offer = await offers.next((one) => one.tracks.length === 3, 'an offer of all three');
  await until(() => tracks.every(({ trackId }) => (bob.received.get(trackId) ?? 0) > 5), 'media flows');
  return { link, sdp: offer.sdp };
}

/** The estimate's floor on the transport that somebody receives on, bit/s. */
async function floorOf(fixture: RoomFixture, link: TestLink, participantId: string) {
  const media = fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media;
  const consumers =
    media?.sessions.get(participantId)?.subscriptions.map(({ consumer }) => consumer.id) ?? [];
  const transports = new Set(consumers.flatMap((id) => receiving.get(id) ?? []));
  const stats = await Promise.all([...transports].map((transport) => transport.getStats()));
  return stats.flat().map(({ minOutgoingBitrate }) => minOutgoingBitrate);
}

/** Transports by the id of what is consumed on them. */
const receiving = new Map<string, WebRtcTransport>();
observer.on('newworker', (worker) => {
  worker.observer.on('newrouter', (router) => {
    router.observer.on('newtransport', (transport) => {
      transport.observer.on('newconsumer', ({ id }) => receiving.set(id, transport as WebRtcTransport));
    });
  });
});

describe('as shipped', () => {
  const fixture = useNode();

  it('lost packets are asked for again, both ways, of sound too where the client can', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    const camera = await answered(alice, 'audio-video', 'offer', withAudioNack);
    expect(camera).toMatch(RTX);
    expect(camera).toContain('a=rtcp-fb:111 nack\r\n');
    expect(await answered(alice, 'screen-second-peer', 'start-screen-share')).toMatch(RTX);
    const { sdp } = await call(fixture);
    const [, audio = '', ...video] = sdp.split(/^m=/m);
    expect(audio).toMatch(GENERIC_NACK);
    for (const section of video) {
      expect(section).toMatch(GENERIC_NACK);
      expect(section).toMatch(RTX);
    }
  });

  it('estimates have a floor, and encoders are told where it is', async () => {
    const { link } = await call(fixture);
    expect(await floorOf(fixture, link, 'bob')).toEqual([100_000]);
    const alice = await fixture.over('relay').open(link, 'carol');
    expect(await answered(alice, 'audio-video')).toContain('x-google-min-bitrate=100');
  });

  it('VP8 is wanted more than H264, and either is taken', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    expect(chosen(await answered(alice, 'audio-video'))).toEqual(['opus', 'VP8']);
    const bob = await fixture.over('relay').open(await fixture.room(), 'bob');
    expect(chosen(await answered(bob, 'h264-only'))).toEqual(['H264', 'opus']);
  });
});

describe('otherwise', () => {
  const fixture = useNode({
    PARLEY_WEBRTC_NACK: 'false',
    PARLEY_WEBRTC_DTX: 'false',
    PARLEY_WEBRTC_FEC: 'false',
    PARLEY_WEBRTC_MAX_BITRATE: '800000',
    PARLEY_WEBRTC_MIN_BITRATE: '300000',
    PARLEY_VIDEO_CODECS:
      '[{ name: VP8, priority: 1 }, { name: H264, priority: 4 }, { name: VP9, priority: 3 }, { name: AV1, priority: 2 }]',
    PARLEY_AUDIO_OPUS_STEREO: 'true',
  });

  it('nothing lost is asked for again, either way, of sound, camera and screen; key frames are', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    const answers = [
      await answered(alice, 'audio-video', 'offer', withAudioNack),
      await answered(alice, 'screen-second-peer', 'start-screen-share'),
      await answered(await fixture.over('relay').open(await fixture.room(), 'bob'), 'simulcast'),
    ];
    const { sdp } = await call(fixture);
    for (const description of [...answers, sdp]) {
      expect(description).not.toMatch(GENERIC_NACK);
      expect(description).not.toMatch(RTX);
      expect(description).toMatch(/^a=rtcp-fb:\S+ nack pli\r$/m);
    }
  });

  it('Opus neither stops on silence nor repairs', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    const answer = await answered(alice, 'audio-video');
    expect(answer).toMatch(/usedtx=0/);
    expect(answer).toMatch(/useinbandfec=0/);
    const { sdp } = await call(fixture);
    expect(sdp, 'what a viewer is offered').toMatch(/^a=fmtp:.*useinbandfec=0;usedtx=0/m);
  });

  it('two channels of sound are asked for, and viewers are told of them', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    expect(await answered(alice, 'audio-video')).toMatch(/[ ;]stereo=1/);
    const { sdp } = await call(fixture);
    expect(sdp).toMatch(/[ ;]sprop-stereo=1/);
  });

  it('a participant sends no more than allowed, from where the floor is', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    const answer = await answered(alice, 'audio-video');
    expect(answer).toContain('b=TIAS:800000');
    expect(answer).toContain('x-google-start-bitrate=800');
    expect(answer).toContain('x-google-min-bitrate=300');
    const { link } = await call(fixture);
    expect(await floorOf(fixture, link, 'bob')).toEqual([300_000]);
    const grants = openGrants(200_000);
    const guest = await fixture.over('relay').open(link, 'guest', { grants });
    expect(await answered(guest, 'audio-video'), 'never more than their grant').toContain(
      'x-google-min-bitrate=200',
    );
  });

  it('the codec of the highest priority is answered', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    expect(chosen(await answered(alice, 'audio-video'))).toEqual(['opus', 'H264']);
  });

  it('a stream of VP9 has the layers that its publisher says', async () => {
    const link = await fixture.room();
    const alice = await fixture.over('relay').open(link, 'alice');
    const published = async (tracks: { mid: string; source: 'camera'; scalabilityMode?: string }[]) => {
      const from = link.messages.count;
      alice.request({ type: 'offer', sdp: readFixture('chromium', 'vp9-av1-only'), tracks });
      const { track } = await link.messages.next(
        (one): one is Extract<NodeLinkMessage, { type: 'track-published' }> =>
          one.type === 'track-published' && one.track.kind === 'video',
        'the camera',
        { from },
      );
      return { codec: track.codec, layers: track.layers };
    };
    expect(await published([])).toEqual({ codec: 'VP9', layers: 1 });
    const scalable = { mid: '0', source: 'camera', scalabilityMode: 'L3T3_KEY' } as const;
    expect(await published([scalable]), 'another track takes its place').toEqual({ codec: 'VP9', layers: 3 });
  });
});

describe('without RTX', () => {
  const fixture = useNode({ PARLEY_WEBRTC_RTX: 'false' });

  it('what is lost is asked for again, and sent again in the stream that lost it', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    const { sdp } = await call(fixture);
    for (const description of [
      await answered(alice, 'audio-video', 'offer', withAudioNack),
      await answered(alice, 'screen-second-peer', 'start-screen-share'),
      sdp,
    ]) {
      for (const section of description.split(/^m=/m).slice(1)) expect(section).toMatch(GENERIC_NACK);
      expect(description).not.toMatch(RTX);
    }
  });
});

describe('without H264 and without a floor', () => {
  const fixture = useNode({
    PARLEY_VIDEO_CODECS: '[{ name: VP8, priority: 1 }]',
    PARLEY_WEBRTC_MIN_BITRATE: '0',
  });

  it('a camera that has no other codec is refused', async () => {
    const alice = await fixture.over('relay').open(await fixture.room(), 'alice');
    await answered(alice, 'h264-only');
    await expect(alice.event('error')).resolves.toMatchObject({ code: 'codec_unsupported' });
  });

  it('nobody is told of one', async () => {
    const { link } = await call(fixture);
    expect(await floorOf(fixture, link, 'bob')).toEqual([undefined]);
    const carol = await fixture.over('relay').open(link, 'carol');
    expect(await answered(carol, 'audio-video')).not.toContain('x-google-min-bitrate');
  });
});
