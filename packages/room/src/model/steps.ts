import type { NodeLife } from '@parley/protocol/fleet-messages';
import type { Source } from '@parley/protocol/grants';
import type { ModerationAction } from '@parley/protocol/moderation';
import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import type { Track } from '@parley/protocol/track';
import fc from 'fast-check';
import type { Command } from '../commands.ts';
import { camera, type ReportAbout } from '../testing.ts';
import type { ClientView } from './client-view.ts';

/** Who plays by a name, and how it joined last. */
export interface Client {
  view: ClientView;
  recovers: boolean;
  direct: boolean;
  known: boolean;
  moderates: boolean;
}

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const node = fc.constantFrom('n1', 'n2');
const often = fc.constantFrom(true, true, true, false);
const seldom = often.map((yes) => !yes);
const trackId = fc.constantFrom('t1', 't2', 't3');

/** What may happen next. */
export type Step =
  | { kind: 'command'; command: Command }
  | {
      kind: 'join';
      name: string;
      recovers: boolean;
      direct: boolean;
      /** Whether it has an identity; then it may join while it is in the room. */
      known: boolean;
      moderates: boolean;
    }
  /** A participant moderates, or the API does. */
  | { kind: 'moderate'; by: string | undefined; whom: number; request: ModerationAction }
  | { kind: 'resume'; name: string; forgetful: boolean }
  | {
      kind: 'link';
      node: string;
      stale: boolean;
      publicUrl: boolean;
      /** Whether it holds just what the room believes; else see `sessions`. */
      faithful: boolean;
      /** By name; those marked stale are of an older number. */
      sessions: { name: string; stale: boolean; tracks: Track[] }[];
    }
  | { kind: 'unlink'; node: string; stale: boolean; stopped: boolean }
  | { kind: 'check'; node: string; stale: boolean; life: NodeLife }
  /** Somebody starts a recording, or the shell begins one that the room asked for. */
  | { kind: 'record'; byHand: boolean }
  /** What happens to the recorder whose turn it is, or to one whose turn it was. */
  | { kind: 'recorder'; stale: boolean; event: RecorderStep }
  /** A node says something of what it captures. */
  | { kind: 'capture'; node: string; stale: boolean }
  /** The recording's memory has heard, or has not, what it was told. */
  | { kind: 'told'; heard: boolean }
  | { kind: 'report'; node: string; name: string; stale: boolean; oldSession: boolean; report: ReportAbout };

/** What happens to a recorder. */
export type RecorderStep =
  | { type: 'recorder-linked'; incarnation: string }
  | { type: 'recorder-failed' }
  | { type: 'recorder-unlinked'; stopped: boolean }
  | { type: 'recorder-checked'; life: NodeLife }
  | { type: 'recorder-assign-failed' };

const life = fc.constantFrom('live' as const, 'dead' as const, 'unknown' as const);
const recorderStep: fc.Arbitrary<RecorderStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('recorder-linked' as const),
      incarnation: fc.constantFrom('i-1', 'i-1', 'i-1', 'i-2'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('recorder-failed' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('recorder-unlinked' as const), stopped: seldom }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('recorder-checked' as const), life }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('recorder-assign-failed' as const) }) },
);
const OPTIONS = RecordingOptions.parse({});

const report: fc.Arbitrary<ReportAbout> = fc.oneof(
  fc.record({ type: fc.constant('track-published' as const), track: trackId.map(camera) }),
  fc.record({ type: fc.constant('track-unpublished' as const), trackId }),
  fc.constant({ type: 'session-opened' as const }),
  fc.record({
    type: fc.constant('media-state' as const),
    state: fc.constantFrom('connected' as const, 'disconnected' as const, 'closed' as const),
  }),
  fc.record({
    type: fc.constant('session-closed' as const),
    code: fc.constant('media_unavailable' as const),
    message: fc.constant('gone'),
  }),
);
/** Mostly short, now and then longer than every grace. */
export const pause = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
);
const clientMessage = fc.record({
  type: fc.constant('client-message' as const),
  connectionId: name.map((n) => `c-${n}`),
  message: fc.oneof(
    { weight: 1, arbitrary: fc.constant({ type: 'leave' as const }) },
    { weight: 3, arbitrary: fc.constant({ type: 'offer' as const, sdp: 'v=0' }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('mute' as const), trackId, muted: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.constant({ type: 'chat' as const, text: 'hi' }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('rename' as const), name }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('reconnect-session' as const),
        session: fc.integer({ min: 1, max: 3 }),
        carrier: fc.constantFrom('relay' as const, 'direct' as const),
      }),
    },
  ),
});
/** Whom it is about is put in when it is known who is there. */
const participantId = fc.constant('');
const action: fc.Arbitrary<ModerationAction> = fc.oneof(
  fc.record({ action: fc.constant('lock' as const), locked: seldom }),
  fc.record({ action: fc.constant('set-lobby' as const), lobby: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({ action: fc.constantFrom('admit' as const, 'deny' as const), participantId }),
  },
  fc.record(
    { action: fc.constant('kick' as const), participantId, banSeconds: fc.constantFrom(1, 100) },
    { requiredKeys: ['action', 'participantId'] },
  ),
  fc.record({ action: fc.constant('mute' as const), participantId, trackId }),
  fc.record({ action: fc.constant('rename' as const), participantId, name }),
  {
    weight: 4,
    arbitrary: fc.record({
      action: fc.constant('set-grants' as const),
      participantId,
      grants: fc.oneof(
        fc.record({ moderate: fc.boolean() }),
        fc.record({ publish: fc.subarray<Source>(['camera', 'microphone']) }),
        fc.record({ subscribe: fc.boolean(), data: fc.boolean() }),
      ),
    }),
  },
);
const command = (commands: fc.Arbitrary<Command>): fc.Arbitrary<Step> =>
  commands.map((one) => ({ kind: 'command' as const, command: one }));
/** Any of it, by how often it does. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      name,
      recovers: fc.boolean(),
      direct: fc.boolean(),
      known: fc.boolean(),
      moderates: seldom,
    }),
  },
  {
    weight: 30,
    arbitrary: fc.record({ kind: fc.constant('resume' as const), name, forgetful: fc.boolean() }),
  },
  { weight: 60, arbitrary: command(clientMessage) },
  {
    weight: 40,
    arbitrary: command(
      fc.record({
        type: fc.constant('connection-closed' as const),
        connectionId: name.map((n) => `c-${n}`),
      }),
    ),
  },
  {
    weight: 30,
    arbitrary: command(fc.record({ type: fc.constant('placed' as const), nodeId: node })),
  },
  { weight: 5, arbitrary: command(fc.constant({ type: 'placement-failed' as const })) },
  {
    weight: 5,
    arbitrary: command(
      fc.record({
        type: fc.constant('assign-failed' as const),
        nodeId: node,
        epoch: fc.constant(1_000_001),
      }),
    ),
  },
  { weight: 20, arbitrary: command(fc.constant({ type: 'wake' as const })) },
  {
    weight: 60,
    arbitrary: fc.record({
      kind: fc.constant('link' as const),
      node,
      stale: seldom,
      publicUrl: often,
      faithful: often,
      sessions: fc.uniqueArray(
        fc.record({
          name,
          stale: fc.boolean(),
          tracks: fc.uniqueArray(trackId.map(camera), { selector: (t) => t.trackId }),
        }),
        { selector: (session) => session.name, maxLength: 3 },
      ),
    }),
  },
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constant('unlink' as const),
      node,
      stale: seldom,
      stopped: seldom,
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('check' as const),
      node,
      stale: fc.boolean(),
      life: fc.constantFrom('live' as const, 'dead' as const, 'unknown' as const),
    }),
  },
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      node,
      name,
      stale: fc.boolean(),
      oldSession: fc.boolean(),
      report,
    }),
  },
  {
    weight: 60,
    arbitrary: fc.record({
      kind: fc.constant('moderate' as const),
      by: fc.option(name, { nil: undefined, freq: 1 }),
      whom: fc.nat(3),
      request: action,
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({ kind: fc.constant('record' as const), byHand: fc.boolean() }),
  },
  {
    weight: 40,
    arbitrary: fc.record({ kind: fc.constant('recorder' as const), stale: seldom, event: recorderStep }),
  },
  {
    weight: 15,
    arbitrary: fc.record({ kind: fc.constant('capture' as const), node, stale: seldom }),
  },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('told' as const), heard: often }) },
  {
    weight: 30,
    arbitrary: command(
      fc.record({
        type: fc.constant('recorder-placed' as const),
        recorderId: fc.constantFrom('r1', 'r2', 'r3'),
      }),
    ),
  },
  { weight: 4, arbitrary: command(fc.constant({ type: 'recorder-placement-failed' as const })) },
  {
    weight: 5,
    arbitrary: command(fc.constant({ type: 'stop-recording' as const, by: { type: 'api' as const } })),
  },
  {
    weight: 5,
    arbitrary: command(
      fc.record({
        type: fc.constant('update' as const),
        by: fc.constant({ type: 'api' as const }),
        change: fc.record({ autoRecord: fc.constantFrom(OPTIONS, { ...OPTIONS, audioOnly: true }, null) }),
      }),
    ),
  },
  { weight: 1, arbitrary: command(fc.constant({ type: 'delete' as const })) },
);
