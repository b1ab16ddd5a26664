import { expect, it } from 'vitest';
import { LocalDescriptions, makePeerConnection } from './peer-connection.ts';

it('an answer without an offer is refused, and does not end the process', async () => {
  const connection = makePeerConnection('asked-too-late', '127.0.0.1');
  await expect(new LocalDescriptions(connection).make('answer')).rejects.toThrow('no offer');
  connection.close();
});
