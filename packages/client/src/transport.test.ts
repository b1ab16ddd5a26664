import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from './connect.ts';
import { FakePeerConnection } from './testing/fake-peer-connection.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { JOINED, relayed, settle, stubBrowser } from './testing/join-fake-room.ts';
import { withCandidates } from './transport.ts';

const SDP = [
  'm=audio 7 UDP/TLS/RTP/SAVPF 111',
  'a=candidate:udp 1 udp 1076558079 192.0.2.1 20000 typ host',
  'a=candidate:tcp 1 tcp 1076276479 192.0.2.1 20000 typ host tcptype passive',
  'a=end-of-candidates',
  '',
].join('\r\n');

it('leaves a description as it is where every candidate may be used', () => {
  expect(withCandidates(SDP)).toBe(SDP);
});

it('takes out the candidates that shall not be used, and nothing else', () => {
  const udp = withCandidates(SDP, { candidate: (candidate) => candidate.includes(' udp ') });
  expect(udp).toBe(SDP.replace(/a=candidate:tcp.*\r\n/, ''));
});

describe('a call', () => {
  beforeEach(stubBrowser);
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  async function join(options: Partial<Parameters<typeof connect>[1]>) {
    const connecting = connect('http://server', { room: 'room', name: 'Ann', ...options });
    FakeSocket.last?.open();
    FakeSocket.last?.receive(JOINED);
    const call = await connecting;
    FakeSocket.last?.receive(relayed(1));
    return call;
  }

  it('goes by any way, or by TURN alone where one wants that', async () => {
    await join({});
    await join({ iceTransportPolicy: 'relay' });
    const policies = FakePeerConnection.all.map((one) => one.getConfiguration().iceTransportPolicy);
    expect(policies).toEqual(['all', 'all', 'relay', 'relay']);
  });

  it('uses the ICE servers that a probe leaves, also when there are others, and shows it its connections', async () => {
    const opened = vi.fn();
    await join({ probe: { iceServers: () => [], opened } });
    expect(opened.mock.calls.map(([, direction]) => direction)).toEqual(['sending', 'receiving']);
    const [sending] = FakePeerConnection.all;
    sending?.fail();
    FakeSocket.last?.receive({ ...relayed(1), iceServers: [{ urls: ['turn:turn.example.com'] }] });
    expect(sending?.getConfiguration().iceServers).toEqual([]);
  });

  it('comes back after its socket was cut on purpose', async () => {
    // The shortest pause.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const call = await join({});
    const sockets = FakeSocket.all.length;
    const heard: string[] = [];
    call.on('reconnecting', ({ plane }) => heard.push(plane));
    call.cutSignaling();
    expect(heard).toEqual(['signaling']);
    await vi.waitFor(() => expect(FakeSocket.all.length).toBe(sockets + 1));
    FakeSocket.last?.open();
    await settle();
    expect(FakeSocket.last?.sent()).toMatchObject([{ type: 'join', resume: { participantId: 'me' } }]);
  });
});
