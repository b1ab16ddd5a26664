import {
  MAX_DATA_BYTES,
  MAX_LOSSY_DATA_BYTES,
  readDataFrame,
  writeDataFrame,
} from '@parley/protocol/data-channels';
import { DATA_MESSAGES } from '@parley/protocol/token-bucket';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from './call.ts';
import { CallError } from './call-error.ts';
import type { DataMessage } from './data-messages.ts';
import { MOST_WAITING, MOST_WAITING_BYTES } from './data-messages.ts';
import { FakePeerConnection } from './testing/fake-peer-connection.ts';
import { JOINED, joinFakeRoom, relayed, settle, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(stubBrowser);
afterEach(() => vi.unstubAllGlobals());

/** The channels of a send PeerConnection. */
function channels(connection: FakePeerConnection) {
  const [, reliable, lossy] = connection.channels;
  if (reliable === undefined || lossy === undefined) throw new Error('there are two channels for data');
  return { reliable, lossy };
}

/** What was sent on a channel, headers and texts. */
const sent = ({ sent: frames }: FakePeerConnection['channels'][number]) =>
  frames.map((frame) => {
    const { header, payload } = readDataFrame(frame);
    return [header, new TextDecoder().decode(payload)];
  });

const codeOf = (what: () => void) => {
  try {
    what();
    return undefined;
  } catch (error) {
    return error instanceof CallError ? error.code : error;
  }
};

/** A call whose channels are open. */
async function connected() {
  const room = await joinFakeRoom();
  const { reliable, lossy } = channels(room.publisher);
  reliable.open();
  lossy.open();
  return { ...room, reliable, lossy };
}

const listen = (call: Call) => {
  const messages: DataMessage[] = [];
  call.on('data', (message) => messages.push(message));
  return messages;
};

describe('data channels', () => {
  it('are negotiated as the protocol says, before the first offer', async () => {
    const { publisher, subscriber } = await joinFakeRoom();
    expect(publisher.channels.map(({ id, label, binaryType }) => [id, label, binaryType])).toEqual([
      [0, 'session', 'blob'],
      [1, 'data', 'arraybuffer'],
      [2, 'data-lossy', 'arraybuffer'],
    ]);
    expect(subscriber.channels).toEqual([]);
  });

  it('cost no offer where nobody uses them; whoever listens or sends has one made, once', async () => {
    const { call, socket, publisher } = await joinFakeRoom();
    await settle();
    expect(socket.sent()).toEqual([]);
    listen(call);
    listen(call);
    call.sendData('hello');
    await settle();
    expect(socket.sent().map(({ type }) => type)).toEqual(['offer']);
    expect(publisher.log).toEqual(['local offer']);
  });
});

describe('sendData', () => {
  it('sends bytes and texts, reliable or not, to all or to some', async () => {
    const { call, reliable, lossy } = await connected();
    call.sendData('hello', { topic: 'greeting', to: ['ann'] });
    call.sendData(new TextEncoder().encode('bytes'));
    call.sendData('now', { reliable: false });
    expect(sent(reliable)).toEqual([
      [{ topic: 'greeting', text: true, to: ['ann'] }, 'hello'],
      [{}, 'bytes'],
    ]);
    expect(sent(lossy)).toEqual([[{ text: true }, 'now']]);
  });

  it('keeps reliable messages until they can be sent, as many as are good, and drops lossy ones', async () => {
    const { call, publisher } = await joinFakeRoom();
    for (let i = 0; i < MOST_WAITING; i++) call.sendData(String(i));
    expect(codeOf(() => call.sendData('one more'))).toBe('rate_limited');
    call.sendData('lossy', { reliable: false });
    const { reliable, lossy } = channels(publisher);
    reliable.open();
    expect(sent(reliable), 'the other is not open yet').toEqual([]);
    lossy.open();
    expect(sent(reliable).map(([, text]) => text)).toEqual(
      Array.from({ length: MOST_WAITING }, (_, i) => `${i}`),
    );
    expect(sent(lossy)).toEqual([]);
  });

  it('keeps no more bytes than are good', async () => {
    const { call } = await joinFakeRoom();
    const large = new Uint8Array(MAX_DATA_BYTES);
    for (let i = 1; i * (MAX_DATA_BYTES + 4) <= MOST_WAITING_BYTES; i++) call.sendData(large);
    expect(codeOf(() => call.sendData(large))).toBe('rate_limited');
  });

  it('goes on in the next media session, with what waits', async () => {
    const { call, socket, reliable, lossy } = await connected();
    const messages = listen(call);
    call.sendData('first');
    socket.receive(relayed(2));
    call.sendData('second');
    await settle();
    const next = channels(FakePeerConnection.all[2] ?? expect.fail('no PeerConnection'));
    next.reliable.open();
    next.lossy.open();
    expect(sent(reliable).map(([, text]) => text)).toEqual(['first']);
    expect(sent(next.reliable).map(([, text]) => text)).toEqual(['second']);
    expect(socket.sent().filter(({ type }) => type === 'offer')).toHaveLength(1);
    lossy.receive(writeDataFrame({ from: 'ann' }, new Uint8Array()));
    next.lossy.receive(writeDataFrame({ from: 'bob' }, new Uint8Array()));
    expect(
      messages.map(({ from }) => from),
      'the old session is over',
    ).toEqual(['bob']);
  });

  it.each([
    ['message_too_large', (call: Call) => call.sendData(new Uint8Array(MAX_DATA_BYTES + 1))],
    ['message_too_large', (call: Call) => call.sendData('ä'.repeat(MAX_DATA_BYTES / 2 + 1))],
    [
      'message_too_large',
      (call: Call) => call.sendData(new Uint8Array(MAX_LOSSY_DATA_BYTES + 1), { reliable: false }),
    ],
    ['invalid_message', (call: Call) => call.sendData('', { topic: '' })],
    ['invalid_message', (call: Call) => call.sendData('', { topic: 'x'.repeat(65) })],
    ['invalid_message', (call: Call) => call.sendData('', { to: [] })],
    ['invalid_message', (call: Call) => call.sendData('', { to: Array(65).fill('ann') })],
    ['invalid_message', (call: Call) => call.sendData('', { to: Array(64).fill('x'.repeat(64)) })],
  ])('throws %s', async (code, send) => {
    const { call, reliable, lossy } = await connected();
    expect(codeOf(() => send(call))).toBe(code);
    expect([...reliable.sent, ...lossy.sent]).toEqual([]);
  });

  it('throws forbidden without the grant, and call_ended after the call', async () => {
    const { call, socket } = await connected();
    const grants = { ...JOINED.grants, data: false };
    socket.receive({ type: 'grants-changed', roomId: 'room', grants });
    expect(codeOf(() => call.sendData(''))).toBe('forbidden');
    call.leave();
    expect(codeOf(() => call.sendData(''))).toBe('call_ended');
  });

  it('throws rate_limited when there are too many, and while the network takes nothing', async () => {
    const { call, reliable, lossy } = await connected();
    reliable.bufferedAmount = 1024 * 1024;
    lossy.bufferedAmount = 1024 * 1024;
    expect(codeOf(() => call.sendData(''))).toBe('rate_limited');
    call.sendData('', { reliable: false });
    expect(lossy.sent, 'a lossy one is dropped').toEqual([]);
    reliable.bufferedAmount = 0;
    for (let i = 0; i < DATA_MESSAGES.burst; i++) call.sendData('');
    expect(codeOf(() => call.sendData(''))).toBe('rate_limited');
  });
});

describe('a data event', () => {
  it('tells who sent what, and how', async () => {
    const { call, reliable, lossy } = await connected();
    const messages = listen(call);
    reliable.receive(writeDataFrame({ from: 'ann', text: true, topic: 't' }, new TextEncoder().encode('hé')));
    lossy.receive(writeDataFrame({ from: 'bob' }, Uint8Array.of(1, 2)));
    // Neither no frame, nor one that nobody sent, nor one of nothing at all.
    reliable.receive(Uint8Array.of(9));
    for (const header of [null, {}, { from: 1 }, { from: 'ann', topic: 7 }, []]) {
      reliable.receive(writeDataFrame(header as object, new Uint8Array()));
    }
    expect(messages).toEqual([
      { from: 'ann', payload: 'hé', topic: 't', reliable: true },
      { from: 'bob', payload: Uint8Array.of(1, 2), reliable: false },
    ]);
  });

  it('and an error when the server refuses a message', async () => {
    const { socket, heard } = await connected();
    const message = 'Slower.';
    socket.receive({ type: 'error', code: 'rate_limited', message, requestType: 'data' });
    expect(heard).toMatchObject([{ name: 'error', event: { code: 'rate_limited', requestType: 'data' } }]);
  });
});
