import { describe, expect, it } from 'vitest';
import { describeLocally, withAudioOptions } from './local-description.ts';

const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join('');
const HEAD = ['v=0', 's=-'];
const AUDIO = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
];
const WITH_NACK = [AUDIO[0], AUDIO[1], 'a=rtcp-fb:111 nack', AUDIO[2]].map(String);
const VIDEO = ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack pli'];
const REJECTED = ['m=audio 0 UDP/TLS/RTP/SAVPF 0', 'a=inactive'];

describe('generic NACK for sound', () => {
  it('is added to an offer, once', () => {
    const offer = withAudioOptions(lines(...HEAD, ...VIDEO, ...AUDIO));
    expect(offer).toBe(lines(...HEAD, ...VIDEO, ...WITH_NACK));
    expect(withAudioOptions(offer)).toBe(offer);
  });

  it('is added to an answer where the same m-line of the offer has it', () => {
    const offer = lines(...HEAD, ...AUDIO, ...VIDEO, ...WITH_NACK, ...WITH_NACK);
    const answer = lines(...HEAD, ...AUDIO, ...VIDEO, ...AUDIO, ...REJECTED);
    expect(withAudioOptions(answer, offer)).toBe(
      lines(...HEAD, ...AUDIO, ...VIDEO, ...WITH_NACK, ...REJECTED),
    );
  });
});

it('an answer takes two channels where the offer says that it sends them', () => {
  const offer = lines(...HEAD, ...AUDIO, 'a=fmtp:111 sprop-stereo=1', ...AUDIO);
  const taken = 'a=fmtp:111 minptime=10;useinbandfec=1';
  const answer = lines(...HEAD, ...AUDIO, taken, ...AUDIO, taken);
  const stereo = 'a=fmtp:111 stereo=1;minptime=10;useinbandfec=1';
  expect(withAudioOptions(answer, offer)).toBe(lines(...HEAD, ...AUDIO, stereo, ...AUDIO, taken));
  expect(withAudioOptions(answer), 'an offer says nothing of it').not.toContain('stereo');
});

describe('a description', () => {
  const made = { type: 'offer', sdp: lines(...HEAD, ...AUDIO) } as const;

  it('is set with it', async () => {
    const set: unknown[] = [];
    const told = await describeLocally({ setLocalDescription: async (one) => void set.push(one) }, made);
    expect(told).toBe(lines(...HEAD, ...WITH_NACK));
    expect(set).toEqual([{ type: 'offer', sdp: told }]);
  });

  it('is set as it was made where a browser does not take that', async () => {
    const set: unknown[] = [];
    const setLocalDescription = async (one?: RTCLocalSessionDescriptionInit) => {
      if (one?.sdp !== made.sdp) throw new TypeError('modified');
      set.push(one);
    };
    expect(await describeLocally({ setLocalDescription }, made)).toBe(made.sdp);
    expect(set).toEqual([made]);
  });
});
