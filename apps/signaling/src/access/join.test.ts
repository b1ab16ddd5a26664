import { mintToken } from '@parley/server/mint-token';
import { expect, it } from 'vitest';
import { NEW_KEY } from '../testing/api-keys.ts';
import { joinRoom, TestSocket } from '../testing/test-socket.ts';

it('where no token is required, one that is shown counts, and a wrong one is refused', async () => {
  const { joined } = await joinRoom('r', 'Guest');
  expect(joined).toMatchObject({ grants: { record: true, moderate: false } });
  const token = await mintToken({ apiKey: NEW_KEY, identity: 'ann', room: 'r', grants: { moderate: true } });
  const moderator = await joinRoom('r', 'Ann', '/ws', { token });
  expect(moderator.joined).toMatchObject({ grants: { record: false, moderate: true } });
  const socket = await TestSocket.open('/ws', { 'X-Auth-Token': `${token}x` });
  socket.send({ type: 'join', roomId: 'r', participantName: 'Ann' });
  await socket.error('token_bad_signature');
});
