/** `pnpm api-key [ID]`: makes an API key, which signs access tokens, and says how to put it into the Worker. */
import { randomBytes } from 'node:crypto';
import { parseApiKeys } from '../../packages/protocol/src/api-keys.ts';

const id = process.argv[2] ?? `key-${randomBytes(4).toString('hex')}`;
const secret = randomBytes(32).toString('base64url');
const key = `${id}:${secret}`;

try {
  parseApiKeys(key);
} catch {
  console.error('An id is 1 to 64 characters of A-Z a-z 0-9 _ -; run `pnpm api-key` for one of ours.');
  process.exit(2);
}

// Only the key goes to the standard output, so that a script can take it from there.
console.log(key);
console.error(`
This is shown once; keep it with your other secrets. In front of the colon is the id, behind it the secret.

  Here      PARLEY_API_KEYS='${id}:…' pnpm dev
  Worker    wrangler secret put PARLEY_API_KEYS       and paste the whole line

To rotate, the Worker knows several keys at once, separated by commas:

  1. wrangler secret put PARLEY_API_KEYS     the old one and this one: old:…,${id}:…
  2. Let your servers sign with this one.
  3. When the tokens of the old one have expired: wrangler secret put PARLEY_API_KEYS with ${id}:… alone.

The edge signs webhooks with the first: let receivers know both keys until step 3 is done.
`);
