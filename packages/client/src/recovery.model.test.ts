import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Call } from './call.ts';
import { connect } from './connect.ts';
import { FakePeerConnection } from './testing/fake-peer-connection.ts';
import { FakeServer } from './testing/fake-server.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { stubBrowser } from './testing/join-fake-room.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What a person does, what fails, and time. */
const deed = fc.oneof(
  fc.record({ do: fc.constantFrom('camera' as const, 'microphone' as const), on: fc.boolean() }),
  fc.record({ do: fc.constantFrom('share' as const, 'unshare' as const, 'chat' as const) }),
  fc.record({ do: fc.constantFrom('room' as const, 'node' as const), arrives: fc.boolean() }),
  fc.record({
    do: fc.constantFrom('session' as const, 'forget' as const, 'unreachable' as const, 'forgetful' as const),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 500, 5_000) }),
  fc.record({ do: fc.constant('work' as const) }),
);
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

/** Lets server and client work for some time. */
async function pass(server: FakeServer, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    server.work();
    await vi.advanceTimersByTimeAsync(Math.min(250, ms - passed));
  }
}

async function perform(
  call: Call,
  server: FakeServer,
  what: Deed,
  written: string[],
): Promise<Promise<void>[]> {
  switch (what.do) {
    case 'camera':
      return [call.setCameraEnabled(what.on)];
    case 'microphone':
      return [call.setMicrophoneEnabled(what.on)];
    case 'share':
      return [call.startScreenShare()];
    case 'unshare':
      return [call.stopScreenShare()];
    case 'chat':
      written.push(`text ${written.length}`);
      call.sendChat(written.at(-1) ?? '');
      return [];
    case 'room':
    case 'node':
      server.breakSockets(what.do, what.arrives);
      return [];
    case 'session':
      server.replaceSession();
      return [];
    case 'forget':
      server.forget();
      return [];
    case 'unreachable':
      server.nodeReachable = !server.nodeReachable;
      return [];
    case 'forgetful':
      server.forgetful = !server.forgetful;
      return [];
    case 'wait':
      await pass(server, what.ms);
      return [];
    case 'work':
      server.work();
      return [];
    default:
      return what satisfies never;
  }
}

it('whatever fails, in the end the server has what the person wants, and nothing is left after leaving', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 25 }),
      fc.constantFrom('auto' as const, 'relay' as const),
      async (deeds, carrier) => {
        vi.clearAllTimers();
        stubBrowser();
        const server = new FakeServer();
        const connecting = connect('http://server', { room: 'room', name: 'Me', carrier });
        server.work();
        server.work();
        const call = await connecting;
        try {
          const errors: string[] = [];
          call.on('error', ({ code }) => errors.push(code));
          const written: string[] = [];
          const doing: Promise<void>[] = [];
          for (const what of deeds) {
            const begun = await perform(call, server, what, written);
            for (const one of begun) one.catch(({ code }) => errors.push(code));
            doing.push(...begun);
          }
          await pass(server, 30_000);
          await Promise.all(doing);
          for (const connection of FakePeerConnection.all) {
            if (connection.connectionState !== 'closed') connection.connect();
          }

          const wanted = [...call.localTracks].flatMap(([source, { track, enabled }]) =>
            track || call.participants.get(call.participantId)?.tracks.some((one) => one.source === source)
              ? [`${source} ${enabled ? 'on' : 'muted'}`]
              : [],
          );
          const there = [...server.tracks.values()].map(
            ({ source, muted }) => `${source} ${muted ? 'muted' : 'on'}`,
          );
          const shown = call.participants.get(call.participantId)?.tracks ?? [];
          expect(errors).toEqual([]);
          expect(there.toSorted()).toEqual(wanted.toSorted());
          expect(shown.map(({ trackId }) => trackId).toSorted()).toEqual(
            [...server.tracks.keys()].toSorted(),
          );
          expect(call.participantId).toBe(server.participantId);
          expect(call.state).toBe('connected');
          expect([...new Set(server.texts)]).toEqual(written);
          // Only whoever hears what it missed knows that a text has come through.
          if (!deeds.some((what) => what.do.startsWith('forget'))) expect(server.texts).toEqual(written);
        } finally {
          call.leave();
        }
        expect(vi.getTimerCount()).toBe(0);
        expect(FakeSocket.all.every(({ readyState }) => readyState === 3)).toBe(true);
        expect(FakePeerConnection.all.every(({ connectionState }) => connectionState === 'closed')).toBe(
          true,
        );
      },
    ),
    { numRuns: 150 },
  );
});
