import type { RtpCapabilities } from 'mediasoup/types';
import { describe, expect, it } from 'vitest';
import { allFixtures, readFixture } from '../fixtures/read.ts';
import { H264, OPUS, produceAndConsume, ROUTER, routerCapabilities, VP8 } from '../fixtures/server.ts';
import { type OfferedMedia, parseOffer } from './offer.ts';
import { isSameSending, type SendParameters, sendParameters } from './send-parameters.ts';

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const DEPENDENCY_DESCRIPTOR =
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

function media(
  client: Parameters<typeof readFixture>[0],
  name: string,
  index: number,
  change?: (sdp: string) => string,
) {
  const sdp = readFixture(client, name);
  return parseOffer(change ? change(sdp) : sdp).media[index] as OfferedMedia;
}

function send(
  offered: OfferedMedia,
  router: RtpCapabilities = ROUTER,
  codecPreference?: string[],
): SendParameters {
  const parameters = sendParameters(offered, router, codecPreference && { codecPreference });
  if (!parameters) throw new Error('rejected');
  return parameters;
}

function codecs({ rtpParameters }: SendParameters): string[] {
  return rtpParameters.codecs.map(({ mimeType, payloadType }) => `${mimeType} ${payloadType}`);
}

describe('sendParameters', () => {
  it.each(allFixtures('offer'))('gives mediasoup what it takes, of $client $name', ({ sdp }) => {
    for (const offered of parseOffer(sdp).media) {
      const parameters = sendParameters(offered, ROUTER);
      if (!parameters) continue;
      expect(parameters.rtpParameters.mid).toBe(offered.mid);
      const consumer = produceAndConsume(parameters.kind, parameters.rtpParameters, '0');
      expect(consumer.encodings).toHaveLength(1);
    }
  });

  it('takes one codec and its retransmission', () => {
    expect(codecs(send(media('chromium', 'audio-video', 0)))).toEqual(['audio/opus 111']);
    expect(codecs(send(media('chromium', 'audio-video', 1)))).toEqual(['video/VP8 96', 'video/rtx 97']);
    expect(codecs(send(media('firefox', 'audio-video', 1)))).toEqual(['video/VP8 120', 'video/rtx 124']);
    expect(codecs(send(media('libdatachannel', 'audio-video', 1)))).toEqual(['video/VP8 96']);
  });

  it("prefers as the server's configuration does, among what is offered", () => {
    const video = media('chromium', 'audio-video', 1);
    expect(codecs(send(video, ROUTER, ['video/H264', 'video/VP8']))).toEqual([
      'video/H264 108',
      'video/rtx 109',
    ]);
    expect(codecs(send(video, ROUTER, ['video/VP8', 'video/H264']))).toEqual([
      'video/VP8 96',
      'video/rtx 97',
    ]);
    expect(codecs(send(video, ROUTER, ['video/AV1']))).toEqual(['video/VP8 96', 'video/rtx 97']);
    const h264 = media('chromium', 'h264-only', 0);
    expect(codecs(send(h264, ROUTER, ['video/VP8']))).toEqual(['video/H264 108', 'video/rtx 109']);
  });

  it("prefers as the client does, by its m-line, without the server's configuration", () => {
    const video = media('chromium', 'audio-video', 1, (sdp) =>
      sdp.replace('SAVPF 96 97', 'SAVPF 108 109 96 97'),
    );
    expect(codecs(send(video))).toEqual(['video/H264 108', 'video/rtx 109']);
  });

  it('leaves the capabilities of the router as they are', () => {
    const before = structuredClone(ROUTER);
    send(media('chromium', 'h264-only', 0));
    expect(ROUTER).toEqual(before);
  });

  it('is undefined without a common codec', () => {
    expect(sendParameters(media('chromium', 'vp9-av1-only', 0), ROUTER)).toBeUndefined();
    expect(
      sendParameters(media('chromium', 'h264-only', 0), routerCapabilities([OPUS, VP8])),
    ).toBeUndefined();
    expect(sendParameters(media('chromium', 'audio-video', 1), routerCapabilities([OPUS]))).toBeUndefined();
  });

  it('is undefined for data and for what is stopped', () => {
    expect(sendParameters(media('chromium', 'data-channel', 2), ROUTER)).toBeUndefined();
    expect(sendParameters(media('chromium', 'screen-stopped', 2), ROUTER)).toBeUndefined();
  });

  it('is undefined where packets could not be told apart', () => {
    const anonymous = (sdp: string) => sdp.replaceAll(/a=ssrc.*\r\n/g, '');
    expect(send(media('chromium', 'audio-video', 1, anonymous)).rtpParameters.encodings).toEqual([{}]);
    const nameless = (sdp: string) => anonymous(sdp).replaceAll(/a=extmap:\d+ .*sdes:mid\r\n/g, '');
    expect(sendParameters(media('chromium', 'audio-video', 1, nameless), ROUTER)).toBeUndefined();
    const ridless = (sdp: string) => sdp.replaceAll(/a=extmap:\d+ .*rtp-stream-id\r\n/g, '');
    expect(sendParameters(media('chromium', 'simulcast', 1, ridless), ROUTER)).toBeUndefined();
  });

  it('does simulcast only with codecs that mediasoup forwards layers of', () => {
    const router = routerCapabilities([OPUS, { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000 }]);
    expect(sendParameters(media('chromium', 'simulcast', 1), router)).toBeUndefined();
    expect(codecs(send(media('chromium', 'audio-video', 1), router))).toEqual([
      'video/VP9 98',
      'video/rtx 99',
    ]);
  });

  it("takes the m-line's own numbers, though another m-line uses them otherwise", () => {
    const clash = (sdp: string) =>
      sdp.replace(/m=video[\s\S]*/, (video) =>
        video.replaceAll(/(a=(?:rtpmap|fmtp|rtcp-fb):)96\b/g, '$1111').replace('SAVPF 96', 'SAVPF 111'),
      );
    expect(codecs(send(media('libdatachannel', 'audio-video', 0, clash)))).toEqual(['audio/opus 111']);
    expect(codecs(send(media('libdatachannel', 'audio-video', 1, clash)))).toEqual(['video/VP8 111']);
  });

  it('negotiates the dependency descriptor only where mediasoup reads it', () => {
    const uris = (codec: string) =>
      send(media('chromium', 'simulcast', 1), ROUTER, [codec]).answerRtpParameters.headerExtensions?.map(
        ({ uri }) => uri,
      );
    expect(uris('video/VP8')).toContain(MID);
    expect(uris('video/VP8')).not.toContain(DEPENDENCY_DESCRIPTOR);
    expect(uris('video/H264')).toContain(DEPENDENCY_DESCRIPTOR);
  });

  it("passes on nothing of a publisher's parameters that no codec knows", () => {
    const audio = media('chromium', 'audio-only', 0, (sdp) =>
      sdp.replace('a=fmtp:111 ', 'a=fmtp:111 x-evil=1;hasOwnProperty=1;'),
    );
    expect(send(audio).rtpParameters.codecs[0]?.parameters).toEqual({ minptime: 10, useinbandfec: 1 });
  });

  it('notes the codec options that the answer will ask for', () => {
    const parameters = sendParameters(media('chromium', 'audio-only', 0), ROUTER, {
      codecOptions: { opusDtx: true },
    });
    expect(parameters?.rtpParameters.codecs[0]?.parameters).toMatchObject({ usedtx: 1, useinbandfec: 1 });
    expect(parameters?.codecOptions).toMatchObject({
      opusDtx: true,
      opusFec: true,
      videoGoogleStartBitrate: 2500,
    });
  });

  it('matches a profile of H264, not just the name', () => {
    const router = routerCapabilities([
      {
        ...H264,
        parameters: { 'packetization-mode': 1, 'profile-level-id': '640032', 'level-asymmetry-allowed': 1 },
      },
    ]);
    expect(sendParameters(media('chromium', 'h264-only', 0), router)).toBeUndefined();
  });
});

describe('isSameSending', () => {
  const parameters = (client: 'chromium' | 'firefox', name: string, index: number) =>
    send(media(client, name, index));

  it('is so while the client changes other m-lines', () => {
    for (const client of ['chromium', 'firefox'] as const) {
      const first = parameters(client, 'audio-video', 1);
      expect(isSameSending(first, parameters(client, 'screen-added', 1))).toBe(true);
      expect(isSameSending(first, parameters(client, 'camera-again', 1))).toBe(true);
    }
    expect(
      isSameSending(parameters('chromium', 'simulcast', 1), parameters('chromium', 'simulcast-again', 1)),
    ).toBe(true);
  });

  it('is not where the m-line is another, or has lost its layers', () => {
    expect(
      isSameSending(parameters('chromium', 'screen-added', 2), parameters('chromium', 'screen-recycled', 2)),
    ).toBe(false);
    expect(
      isSameSending(parameters('firefox', 'simulcast', 1), parameters('firefox', 'simulcast-again', 1)),
    ).toBe(false);
  });
});
