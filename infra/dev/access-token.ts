/**
 * `pnpm access-token`: mints an access token on the command line, signed with the first of `PARLEY_API_KEYS` or with `--key`.
 * Prints the token alone, so that it can stand in a curl command.
 */
import { parseArgs } from 'node:util';
import { firstKey, parseApiKeys } from '../../packages/protocol/src/api-keys.ts';
import { GrantsChange } from '../../packages/protocol/src/grants.ts';
import { mintApiToken, mintToken } from '../../packages/server/src/mint-token.ts';

const USAGE = `
pnpm access-token --api                         for the API: opens all of it
pnpm access-token --room ROOM --identity ID     for a participant
    [--name NAME] [--grants '{"moderate":true}']
    [--ttl SECONDS]                             600 for participants, 60 for the API
    [--key ID:SECRET]                           instead of the first of PARLEY_API_KEYS

curl -H "Authorization: Bearer $(pnpm --silent access-token --api)" http://localhost:8080/api/rooms
`;

try {
  console.log(await mint());
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exit(2);
}

function mint(): Promise<string> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      api: { type: 'boolean' },
      room: text,
      identity: text,
      name: text,
      grants: text,
      ttl: text,
      key: text,
    },
  });
  const apiKey = firstKey(parseApiKeys(values.key ?? process.env['PARLEY_API_KEYS']));
  if (apiKey === undefined) throw new Error('There is no API key: `pnpm api-key` makes one.');
  const ttlSeconds = values.ttl === undefined ? undefined : Number(values.ttl);
  if (ttlSeconds !== undefined && !(ttlSeconds > 0)) throw new Error('--ttl must be a number of seconds.');
  const life = ttlSeconds === undefined ? {} : { ttlSeconds };
  if (values.api) return mintApiToken({ apiKey, ...life });
  const { room, identity, name, grants } = values;
  if (room === undefined || identity === undefined) throw new Error('Give --api, or --room and --identity.');
  return mintToken({
    apiKey,
    room,
    identity,
    ...(name !== undefined && { name }),
    ...(grants !== undefined && { grants: GrantsChange.parse(JSON.parse(grants)) }),
    ...life,
  });
}
