import type { CallError } from '../call-error.ts';

/** What is checked. */
export type CheckName =
  | 'browser'
  | 'devices'
  | 'server'
  | 'signaling'
  | 'udp'
  | 'tcp'
  | 'turn-udp'
  | 'turn-tcp'
  | 'turn-tls'
  | 'publish'
  | 'subscribe'
  | 'reconnect'
  | 'quality';

/** Every check, in the order in which they run. */
export const CHECKS: readonly CheckName[] = [
  'browser',
  'devices',
  'server',
  'signaling',
  'udp',
  'tcp',
  'turn-udp',
  'turn-tcp',
  'turn-tls',
  'publish',
  'subscribe',
  'reconnect',
  'quality',
];

/** What came of a check: `warning` where calls work, but not well. */
export type Outcome = 'passed' | 'warning' | 'failed' | 'skipped';

/** Why a call of the test's did not come about: the SDK's or the server's code; `lobby` where a moderator would have to let it in. */
export type CallProblem = CallError['code'] | 'lobby';

/** How far media came over one kind of way. Milliseconds. */
export interface WayFound {
  readonly problem?: CallProblem;
  /** Where the node can be reached this way: `udp 192.0.2.1:20000`, or the TURN server's URLs. */
  readonly to: readonly string[];
  /** How many candidates of its own the browser found. */
  readonly gathered: number;
  /** What a TURN server answered that gave no relay (RFC 8656 §19; 701: it does not answer). */
  readonly turnError?: number;
  /** From the answer to media flowing. */
  readonly connectMs?: number;
  readonly way?: Way;
}

/** The pair of candidates in use, without addresses. */
export interface Way {
  /** `host`, `srflx`, `prflx` or `relay` (RFC 8445 §5.1.1). */
  readonly type: string;
  /** Between client and node, or relay and node. */
  readonly protocol: string;
  /** How the TURN server is spoken to. */
  readonly relayProtocol?: string;
  /** Of the node's address. */
  readonly family?: 'IPv4' | 'IPv6';
}

export interface PublishFound {
  readonly problem?: CallProblem;
  readonly way?: Way;
  readonly bytesSent: number;
  /** Whether the node has reported what it received (RFC 3550 §6.4.2). */
  readonly acknowledged: boolean;
  /** Bit/s of picture and sound, at the end. */
  readonly bitrate: number;
  readonly width: number;
  readonly height: number;
}

export interface SubscribeFound {
  readonly problem?: CallProblem;
  /** What there was to receive. */
  readonly sent: { readonly picture: boolean; readonly sound: boolean };
  readonly connected: boolean;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Milliseconds from drawing a picture to seeing it here, over the node and back. */
  readonly delayMs?: number;
  readonly audioPackets: number;
  /** Whether the tone could be heard, and not silence. */
  readonly heard: boolean;
}

/** What each check found out. */
export interface Findings {
  browser: {
    readonly secure: boolean;
    readonly webrtc: boolean;
    readonly capture: boolean;
    readonly video: readonly string[];
    readonly audio: readonly string[];
  };
  devices: { readonly camera: DeviceFound; readonly microphone: DeviceFound };
  server: { readonly status?: number; readonly health?: string; readonly milliseconds: number };
  signaling: {
    readonly problem?: CallProblem;
    /** Whether the socket opened and a ping came back, before joining. */
    readonly opened: boolean;
    readonly openMs?: number;
    readonly roundTripMs?: number;
    readonly joinMs?: number;
  };
  udp: WayFound;
  tcp: WayFound;
  'turn-udp': WayFound;
  'turn-tcp': WayFound;
  'turn-tls': WayFound;
  publish: PublishFound;
  subscribe: SubscribeFound;
  reconnect: {
    /** Milliseconds until the room was back after its socket was cut; absent when it was not. */
    readonly socketMs?: number;
    /** Milliseconds until media flowed over a way that was looked for anew. */
    readonly mediaMs?: number;
  };
  quality: {
    readonly seconds: number;
    readonly roundTripMs?: number;
    /** Shares of packets, 0 to 1. */
    readonly lossUp: number;
    readonly lossDown?: number;
    readonly jitterUpMs?: number;
    readonly jitterDownMs?: number;
    /** Bit/s. */
    readonly bitrateUp: number;
    readonly bitrateDown?: number;
  };
}

export type DeviceFound = 'works' | CallError['code'];

/** Why there is no call to test with. */
export type CallReason =
  | 'token-missing'
  | 'token-refused'
  | 'lobby'
  | 'unreachable'
  | 'no-media-node'
  | 'not-permitted'
  | 'refused';
type WayReason = CallReason | 'no-candidates' | 'blocked';
type TurnReason = CallReason | 'turn-unreachable' | 'turn-refused' | 'turn-no-way';

/** Why a check did not simply pass. A call of the test's may fail in each that makes one. */
export interface Reasons {
  browser: 'insecure-page' | 'no-webrtc' | 'no-capture' | 'no-codec';
  devices: 'permission-denied' | 'no-device' | 'device-in-use' | 'capture-unsupported' | 'capture-failed';
  server: 'no-answer' | 'not-parley' | 'degraded';
  signaling: CallReason | 'socket-blocked';
  udp: WayReason;
  tcp: WayReason;
  'turn-udp': TurnReason;
  'turn-tcp': TurnReason;
  'turn-tls': TurnReason;
  publish: CallReason | 'no-way' | 'not-acknowledged' | 'low-bitrate';
  subscribe: CallReason | 'no-way' | 'no-picture' | 'no-sound' | 'few-frames' | 'long-delay';
  reconnect: 'socket-not-back' | 'media-not-back' | 'slow';
  quality: 'loss' | 'latency' | 'jitter' | 'low-bitrate';
}

/** Why a check did not run. */
export type SkipReason =
  /** The person, or the application, wants none of it. */
  | 'not-wanted'
  /** It needs one that failed: `after`. */
  | 'needs'
  /** The server offers nothing of the kind. */
  | 'not-configured'
  /** One access token is one person, and this takes two. */
  | 'second-token';

/** What a check's findings come to. */
export type Verdict<R> =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'warning' | 'failed'; readonly reason: R };

/** The verdict's `passed`. */
export const PASSED = { outcome: 'passed' } as const;

export type ResultOf<C extends CheckName> = { readonly check: C; readonly milliseconds: number } & (
  | (Verdict<Reasons[C]> & { readonly found: Findings[C] })
  | { readonly outcome: 'skipped'; readonly reason: SkipReason; readonly after?: CheckName }
  /** A fault of the test itself. */
  | { readonly outcome: 'failed'; readonly reason: 'unexpected'; readonly message: string }
);

/** The result of a check. */
export type CheckResult = Distributed<CheckName>;

/** A result for each check, instead of one of all. */
type Distributed<C extends CheckName> = C extends CheckName ? ResultOf<C> : never;

/** The whole test, as JSON. New members may come; what is here stays while `version` is 1. */
export interface ConnectionReport {
  readonly version: 1;
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly milliseconds: number;
  /** `stopped` before its end. */
  readonly outcome: Exclude<Outcome, 'skipped'> | 'stopped';
  /** Origin of the server. */
  readonly server: string;
  /** The room, where the test made it: it leads to the server's log lines. */
  readonly room?: string;
  readonly browser: string;
  readonly results: readonly CheckResult[];
}
