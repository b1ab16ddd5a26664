import { describe, expect, it } from 'vitest';
import { call } from '../testing/api.ts';
import { TestNode } from '../testing/test-node.ts';
import { joinRoom, TestSocket } from '../testing/test-socket.ts';

const camera = { trackId: 't-1', kind: 'video', source: 'camera', codec: 'VP8', layers: 3, muted: false };

describe('moderating over REST', () => {
  it('lists, shows, renames and removes participants', async () => {
    const ann = await joinRoom('moderated', 'ann');
    const bob = await joinRoom('moderated', 'bob');
    const at = `/api/rooms/moderated/participants/${bob.participantId}`;
    const { participants } = (await call('GET', '/api/rooms/moderated/participants')).body;
    expect(participants).toMatchObject([
      { name: 'ann' },
      { name: 'bob', grants: { publish: expect.any(Array) } },
    ]);
    expect((await call('PATCH', at, { name: 'Robert' })).body).toMatchObject({ name: 'Robert' });
    expect(await ann.socket.next('participant-renamed')).toMatchObject({ name: 'Robert' });
    expect((await call('GET', at)).body).toMatchObject({ name: 'Robert' });

    expect((await call('DELETE', at)).status).toBe(204);
    expect((await bob.socket.closed()).code).toBe(4403);
    expect(await ann.socket.next('participant-left')).toMatchObject({ reason: 'kicked' });
    expect((await call('DELETE', at)).body).toMatchObject({ status: 404, code: 'participant_not_found' });
  });

  it('changes grants, and tells participant and node', async () => {
    const node = await TestNode.start();
    const ann = await joinRoom('granted', 'ann');
    const { link } = await node.serve();
    await link.next('open-session');
    const grants = { publish: ['microphone'], data: false };
    const at = `/api/rooms/granted/participants/${ann.participantId}`;
    expect((await call('PATCH', at, { grants })).body).toMatchObject({ grants });
    expect(await link.next('set-grants')).toMatchObject({ participantId: ann.participantId, grants });
    expect(await ann.socket.next('grants-changed')).toMatchObject({ grants: { ...grants, subscribe: true } });
    ann.socket.send({ type: 'chat', text: 'may I?' });
    await ann.socket.error('forbidden');
  });

  it('mutes a track, and never unmutes one', async () => {
    const node = await TestNode.start();
    const ann = await joinRoom('muted', 'ann');
    const { link } = await node.serve();
    const { participantId, session } = await link.next('open-session');
    link.send({ type: 'track-published', participantId, session, track: camera });
    const at = `/api/rooms/muted/participants/${ann.participantId}/tracks/t-1/mute`;
    await expect.poll(async () => (await call('POST', at)).status).toBe(204);
    expect(await link.next('set-muted')).toMatchObject({ trackId: 't-1', muted: true });
    expect(await ann.socket.next('track-muted')).toMatchObject({ muted: true });
    const unmute = await call('POST', at.replace(/mute$/, 'unmute'));
    expect([unmute.status, unmute.body['code']]).toEqual([404, 'not_found']);
    expect((await call('POST', at.replace('t-1', 't-2'))).body).toMatchObject({ code: 'track_not_found' });
  });

  it('admits from the lobby and sends away, and logs who did what', async () => {
    await call('POST', '/api/rooms', { id: 'waiting', lobby: true });
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map(async (participantName) => {
        const socket = await TestSocket.open('/ws?room=waiting');
        socket.send({ type: 'join', roomId: 'waiting', participantName });
        return { socket, id: String((await socket.next('waiting'))['participantId']) };
      }),
    );
    if (ann === undefined || bob === undefined) throw new Error('two wait');
    const { waiting } = (await call('GET', '/api/rooms/waiting/lobby')).body;
    expect(waiting).toHaveLength(2);
    expect((await call('GET', '/api/rooms/waiting')).body).toMatchObject({ participantCount: 0 });
    expect((await call('POST', `/api/rooms/waiting/lobby/${ann.id}/admit`)).body).toMatchObject({
      participants: [{ name: 'ann' }],
    });
    expect(await ann.socket.next('joined')).toMatchObject({ resumeSecret: expect.any(String) });
    expect((await call('DELETE', `/api/rooms/waiting/lobby/${bob.id}`)).status).toBe(204);
    await bob.socket.error('lobby_denied');
    const { events } = (await call('GET', '/api/rooms/waiting/events')).body;
    const moderated = (events as { type: string; request?: { action: string } }[])
      .filter(({ type }) => type === 'moderated')
      .map(({ request }) => request?.action);
    expect(moderated).toEqual(['admit', 'deny']);
  });

  it('shows the log in pages that together have every event once', async () => {
    await joinRoom('logged', 'ann');
    for (let i = 0; i < 4; i++) await call('PATCH', '/api/rooms/logged', { name: `Name ${i}` });
    const all = (await call('GET', '/api/rooms/logged/events')).body;
    expect(all['nextAfter'], 'one page has them all').toBeUndefined();
    const seen: unknown[] = [];
    let after: unknown = 0;
    while (after !== undefined) {
      const { body } = await call('GET', `/api/rooms/logged/events?limit=2&after=${after}`);
      seen.push(...(body['events'] as unknown[]));
      after = body['nextAfter'];
    }
    expect(seen).toEqual(all['events']);
    expect(seen).toHaveLength(5);
  });

  it('changes a room: name, size, lock', async () => {
    const ann = await joinRoom('changing', 'ann');
    const { body } = await call('PATCH', '/api/rooms/changing', {
      name: 'Board',
      maxParticipants: 3,
      locked: true,
    });
    expect(body).toMatchObject({ name: 'Board', maxParticipants: 3, locked: true });
    expect(await ann.socket.next('room-updated')).toMatchObject({ locked: true });
    const late = await TestSocket.open('/ws?room=changing');
    late.send({ type: 'join', roomId: 'changing', participantName: 'bob' });
    await late.error('room_locked');
    expect((await call('PATCH', '/api/rooms/changing', { maxParticipants: 101 })).status).toBe(400);
    expect((await call('PATCH', '/api/rooms/none', { locked: true })).status).toBe(404);
  });

  it('bans for a time, and ends a ban', async () => {
    const headers = { 'CF-Connecting-IP': '203.0.113.9' };
    const enter = async () => {
      const socket = await TestSocket.open('/ws?room=banned', headers);
      socket.send({ type: 'join', roomId: 'banned', participantName: 'bob' });
      return socket;
    };
    const bob = await enter();
    const { participantId } = await bob.next('joined');
    expect(
      (await call('DELETE', `/api/rooms/banned/participants/${participantId}?banSeconds=600`)).status,
    ).toBe(204);
    await bob.error('banned');
    await (await enter()).error('banned');
    const { bans } = (await call('GET', '/api/rooms/banned/bans')).body;
    expect(bans).toMatchObject([{ name: 'bob', until: expect.any(Number) }]);
    expect(JSON.stringify(bans), 'addresses are shown to nobody').not.toContain('203.0.113');
    const [{ banId }] = bans as [{ banId: string }];
    expect((await call('DELETE', `/api/rooms/banned/bans/${banId}`)).status).toBe(204);
    await (await enter()).next('joined');
    expect((await call('DELETE', `/api/rooms/banned/bans/${banId}`)).body).toMatchObject({
      code: 'ban_not_found',
    });
  });
});

describe('recording over REST', () => {
  it('says what is missing', async () => {
    await call('POST', '/api/rooms', { id: 'taped' });
    expect((await call('POST', '/api/rooms/taped/recording/start')).body).toMatchObject({
      status: 503,
      code: 'recording_unavailable',
    });
    expect((await call('POST', '/api/rooms/taped/recording/stop')).body['code']).toBe('recording_inactive');
    expect((await call('GET', '/api/rooms/taped/recordings')).body).toEqual({ recordings: [] });
    expect((await call('POST', '/api/rooms/none/recording/start')).body['code']).toBe('room_not_found');
    for (const method of ['GET', 'DELETE']) {
      expect((await call(method, '/api/recordings/r-1')).body['code']).toBe('recording_not_found');
    }
  });
});
