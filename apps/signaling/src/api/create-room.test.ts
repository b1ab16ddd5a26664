import { describe, expect, it } from 'vitest';
import { call } from '../testing/api.ts';
import { joinRoom } from '../testing/test-socket.ts';

describe('making a room', () => {
  it('takes media options, and others later', async () => {
    const media = { maxBitrate: 500_000, maxReceiveBitrate: 2_000_000, forward: { loudest: 3 } };
    expect((await call('POST', '/api/rooms', { id: 'thrifty', media })).body).toMatchObject({ media });
    const less = { maxBitrate: 300_000 };
    expect((await call('PATCH', '/api/rooms/thrifty', { media: less })).body).toMatchObject({ media: less });
    expect((await call('GET', '/api/rooms/thrifty')).body).toMatchObject({ media: less });
    expect(await call('PATCH', '/api/rooms/thrifty', { media: { maxBitrate: 1 } })).toMatchObject({
      status: 400,
    });
  });

  it('takes metadata, and shows them to the API and to whoever joins', async () => {
    const metadata = { customer: '42', plan: 'gold' };
    expect((await call('POST', '/api/rooms', { id: 'gold', metadata })).body).toMatchObject({ metadata });
    expect((await call('GET', '/api/rooms/gold')).body).toMatchObject({
      metadata,
      locked: false,
      lobby: false,
    });
    expect((await joinRoom('gold', 'ann')).joined).toMatchObject({ room: { metadata } });
  });

  it('takes a body of JSON only, and no body as an empty one', async () => {
    const text = await call('POST', '/api/rooms', { id: 'x' }, { 'Content-Type': 'text/plain' });
    expect([text.status, text.body['code']]).toEqual([415, 'unsupported_media_type']);
    expect((await call('POST', '/api/rooms')).status).toBe(201);
  });
});

describe('an idempotency key', () => {
  const key = { 'Idempotency-Key': '"0b8f6d4e-4c1e-4a53-9b86-6f5b8ad0b9a1"' };

  it('makes one room of a request that is sent twice at once, whatever order its fields have', async () => {
    const [first, second] = await Promise.all([
      call('POST', '/api/rooms', { name: 'Once', maxParticipants: 7 }, key),
      call('POST', '/api/rooms', { maxParticipants: 7, name: 'Once' }, key),
    ]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body['id']).toBe(first.body['id']);
    expect(second.headers.get('Location')).toBe(first.headers.get('Location'));
    const { rooms } = (await call('GET', '/api/rooms?name=once')).body;
    expect(rooms, 'and one only').toHaveLength(1);
  });

  it('refuses another request with the same key', async () => {
    await call('POST', '/api/rooms', { name: 'One' }, key);
    const other = await call('POST', '/api/rooms', { name: 'Two' }, key);
    expect([other.status, other.body['code']]).toEqual([409, 'idempotency_conflict']);
  });

  it('works with an id, and does not take over somebody else’s room', async () => {
    expect((await call('POST', '/api/rooms', { id: 'mine' }, key)).status).toBe(201);
    expect((await call('POST', '/api/rooms', { id: 'mine' }, key)).status).toBe(201);
    await call('POST', '/api/rooms', { id: 'theirs' });
    const taken = await call('POST', '/api/rooms', { id: 'theirs' }, key);
    expect([taken.status, taken.body['code']]).toEqual([409, 'room_exists']);
  });

  it('makes different rooms for different keys, and refuses a key that is easily guessed', async () => {
    const other = { 'Idempotency-Key': '4c1e0b8f-6d4e-4a53-9b86-6f5b8ad0b9a1' };
    const first = await call('POST', '/api/rooms', {}, key);
    const second = await call('POST', '/api/rooms', {}, other);
    expect(second.body['id']).not.toBe(first.body['id']);
    expect((await call('POST', '/api/rooms', {}, { 'Idempotency-Key': '1' })).status).toBe(400);
  });
});
