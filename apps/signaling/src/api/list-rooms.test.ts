import { beforeEach, describe, expect, it } from 'vitest';
import { call } from '../testing/api.ts';
import { joinRoom } from '../testing/test-socket.ts';

const ids = (body: Record<string, unknown>) => (body['rooms'] as { id: string }[]).map(({ id }) => id);
const listed = async (query = '') => ids((await call('GET', `/api/rooms${query}`)).body);

describe('the list of rooms', () => {
  beforeEach(async () => {
    for (let i = 0; i < 7; i++)
      await call('POST', '/api/rooms', { id: `team-${i}`, name: `Team ${i} Stand-up` });
    await call('POST', '/api/rooms', { id: 'other', name: 'Élan' });
    // Lists trail the rooms.
    await expect.poll(() => listed()).toHaveLength(8);
  });

  it('comes in pages that together have every room once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await call('GET', `/api/rooms?limit=3${query}`);
      seen.push(...ids(body));
      cursor = body['nextCursor'] as string | undefined;
      pages += 1;
    } while (cursor !== undefined);
    expect([pages, seen.length, new Set(seen).size]).toEqual([3, 8, 8]);
    expect(seen, 'in the order of the whole list').toEqual(await listed());
  });

  it('is filtered by id, name and whether anybody is there', async () => {
    expect(await listed('?prefix=team-')).toHaveLength(7);
    expect(await listed('?prefix=am-')).toEqual([]);
    expect(await listed('?name=team%203')).toEqual(['team-3']);
    expect(await listed(`?name=${encodeURIComponent('%')}`), 'no pattern').toEqual([]);
    await joinRoom('team-5', 'ann');
    await expect.poll(() => listed('?active=true')).toEqual(['team-5']);
    expect(await listed('?active=false')).toHaveLength(7);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=many',
    'cursor=nonsense',
    'active=yes',
    `prefix=${'x'.repeat(65)}`,
  ])('refuses %s', async (query) => {
    const { status, body } = await call('GET', `/api/rooms?${query}`);
    expect([status, body['code']]).toEqual([400, 'invalid_message']);
    expect(body['detail']).toMatch(/^query\./);
  });
});
