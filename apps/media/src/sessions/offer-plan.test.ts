import { Source } from '@parley/protocol/grants';
import { type Offer, parseOffer } from '@parley/sdp/offer';
import type { SendParameters } from '@parley/sdp/send-parameters';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { type KnownLine, type OfferContext, planOffer } from './offer-plan.ts';

const offer = (name: string): Offer => parseOffer(readFixture('chromium', name));
/** What is sent does not matter here, only whether it is the same. */
const parameters = (ssrc: number): SendParameters => ({
  kind: 'video',
  rtpParameters: { codecs: [], encodings: [{ ssrc }] },
  answerRtpParameters: { codecs: [] },
  codecOptions: {},
  codecs: [],
});
const known = (
  lines: Record<string, Pick<KnownLine, 'source' | 'state' | 'fallbackFor'>>,
): OfferContext['known'] =>
  new Map(Object.entries(lines).map(([mid, line]) => [mid, { ...line, parameters: parameters(1) }]));
const plan = (name: string, context: Partial<OfferContext> = {}) =>
  planOffer(offer(name), {
    request: 'offer',
    named: [],
    known: new Map(),
    allowed: Source.options,
    room: 16,
    sourceOf: () => undefined,
    parameters: () => parameters(1),
    ...context,
  }).map((step) => ('source' in step ? [step.mid, step.step, step.source] : [step.mid, step.step]));

const CALL = {
  '0': { source: 'microphone', state: 'live' },
  '1': { source: 'camera', state: 'live' },
} as const;
const SHARING = { ...CALL, '2': { source: 'screen', state: 'live' } } as const;

describe('planOffer', () => {
  it('starts what is new, by kind and message', () => {
    expect(plan('audio-video')).toEqual([
      ['0', 'start', 'microphone'],
      ['1', 'start', 'camera'],
    ]);
    expect(plan('screen-second-peer', { request: 'start-screen-share' })).toEqual([['0', 'start', 'screen']]);
    expect(plan('empty')).toEqual([]);
    expect(
      plan('viewer').every(([, step]) => step === 'idle'),
      'a viewer sends nothing',
    ).toBe(true);
  });

  it('only what is new is the screen', () => {
    expect(plan('screen-added', { request: 'start-screen-share', known: known(CALL) })).toEqual([
      ['0', 'keep'],
      ['1', 'keep'],
      ['2', 'start', 'screen'],
    ]);
  });

  it('the client can say what is what', () => {
    const named = [{ mid: '2', source: 'screen' as const }];
    expect(plan('screen-added', { named, known: known(CALL) })[2]).toEqual(['2', 'start', 'screen']);
    expect(plan('audio-video', { named: [{ mid: '0', source: 'camera' }] })[0], 'audio is no camera').toEqual(
      ['0', 'refuse'],
    );
  });

  it('stops what stopped, and starts again what it was', () => {
    expect(plan('camera-inactive', { known: known(SHARING) })[1]).toEqual(['1', 'stop']);
    const inactive = known({ ...SHARING, '1': { source: 'camera', state: 'past' } });
    expect(plan('camera-again', { known: inactive })[1]).toEqual(['1', 'start', 'camera']);
    expect(plan('screen-stopped', { known: known(SHARING) })[2], 'port 0').toEqual(['2', 'stop']);
  });

  it('a screen that was stopped by message does not come back as a camera', () => {
    const held = known({ ...CALL, '2': { source: 'screen', state: 'held' } });
    expect(plan('screen-added', { known: held })[2]).toEqual(['2', 'idle']);
    expect(plan('screen-added', { known: held, request: 'start-screen-share' })[2], 'shared anew').toEqual([
      '2',
      'start',
      'screen',
    ]);
  });

  it('restarts a track that is sent otherwise than before', () => {
    const steps = planOffer(offer('audio-video'), {
      request: 'offer',
      named: [],
      known: known(CALL),
      allowed: Source.options,
      room: 16,
      sourceOf: () => undefined,
      parameters: () => parameters(2),
    });
    expect(steps[1]).toMatchObject({ step: 'start', source: 'camera', replaces: true });
  });

  it('another codec of a track takes no place, and is refused without the track or beside another', () => {
    const named = [{ mid: '2', source: 'camera' as const, fallbackFor: 'theirs' }];
    const sourceOf = (trackId: string) => (trackId === 'theirs' ? ('camera' as const) : undefined);
    const context = { named, known: known(CALL), sourceOf, room: 0 };
    expect(plan('screen-added', context)[2]).toEqual(['2', 'start', 'camera']);
    expect(plan('screen-added', { ...context, sourceOf: () => undefined })[2]).toEqual(['2', 'refuse']);
    expect(plan('screen-added', { ...context, sourceOf: () => 'screen' })[2]).toEqual(['2', 'refuse']);
    const line = { source: 'camera', state: 'live', fallbackFor: 'theirs' } as const;
    expect(plan('screen-added', { ...context, known: known({ ...CALL, '2': line }) })[2]).toEqual([
      '2',
      'keep',
    ]);
    const beside = known({ '0': CALL[0], '1': line });
    expect(plan('screen-added', { ...context, known: beside })[2]).toEqual(['2', 'refuse']);
    const inItsPlace = known({ ...CALL, '7': line });
    expect(plan('screen-added', { ...context, known: inItsPlace }).at(-1)).toEqual(['2', 'start', 'camera']);
  });

  it('a track has one other codec, a sound none, and what was one takes a place as a track of its own', () => {
    const fallbackFor = 'theirs';
    const twice = ['1', '2'].map((mid) => ({ mid, source: 'camera' as const, fallbackFor }));
    const context = { sourceOf: () => 'camera' as const, known: known({ '0': CALL[0] }), room: 0 };
    expect(plan('screen-added', { ...context, named: twice }).slice(1)).toEqual([
      ['1', 'start', 'camera'],
      ['2', 'refuse'],
    ]);
    const sound = [{ mid: '0', source: 'microphone' as const, fallbackFor }];
    const ofSound = { named: sound, sourceOf: () => 'microphone' as const };
    expect(plan('audio-video', ofSound)[0]).toEqual(['0', 'refuse']);
    const line = { source: 'camera', state: 'live', fallbackFor } as const;
    const own = { named: [{ mid: '2', source: 'camera' as const }], known: known({ ...CALL, '2': line }) };
    expect(plan('screen-added', { ...own, room: 0 })[2]).toEqual(['2', 'refuse']);
    expect(plan('screen-added', { ...own, room: 1 })[2]).toEqual(['2', 'start', 'camera']);
  });

  it('refuses what the grants, the codecs or the limit forbid', () => {
    expect(plan('audio-video', { allowed: ['microphone'] })).toEqual([
      ['0', 'start', 'microphone'],
      ['1', 'refuse'],
    ]);
    expect(plan('audio-video', { parameters: () => undefined }).map(([, step]) => step)).toEqual([
      'refuse',
      'refuse',
    ]);
    expect(plan('audio-video', { room: 1 }).map(([, step]) => step)).toEqual(['start', 'refuse']);
  });
});
