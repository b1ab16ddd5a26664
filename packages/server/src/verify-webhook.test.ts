import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { mintToken } from './mint-token.ts';
import { verifyWebhook, WebhookError } from './verify-webhook.ts';

const key = { id: 'k1', secret: 'a-secret-of-tests-with-32-characters' };
const other = { id: 'k2', secret: 'another-secret-of-tests-of-32-characters' };
const body = JSON.stringify({ event: 'room-created', name: 'Zoë' });
const now = Math.floor(Date.now() / 1000);

/** Signs as the edge does. */
async function signed(text: string, { exp = now + 300, by = key } = {}): Promise<string> {
  const sha256 = createHash('sha256').update(text).digest('base64');
  const jwt = new SignJWT({ iss: by.id, sha256, iat: now, exp }).setProtectedHeader({
    alg: 'HS256',
    typ: 'JWT',
  });
  return `Bearer ${await jwt.sign(Buffer.from(by.secret))}`;
}

describe('webhooks', () => {
  it.each([
    ['text', body],
    ['bytes', new TextEncoder().encode(body)],
  ])('reads a signed event from %s', async (_, raw) => {
    expect(await verifyWebhook(raw, await signed(body), [other, key])).toEqual(JSON.parse(body));
  });

  it.each<[string, () => Promise<string | null>]>([
    ['no signature', async () => null],
    ['another scheme', async () => 'Basic eA=='],
    ['no token', async () => 'Bearer nonsense'],
    ['another body', () => signed(`${body} `)],
    ['a key that is not there', () => signed(body, { by: { ...key, id: 'k3' } })],
    ['another secret', () => signed(body, { by: { ...other, id: key.id } })],
    ['a signature of long ago', () => signed(body, { exp: now - 60 })],
    [
      'a participant’s token',
      async () => `Bearer ${await mintToken({ apiKey: key, identity: 'a', room: 'r' })}`,
    ],
  ])('refuses %s', async (_, authorization) => {
    await expect(verifyWebhook(body, await authorization(), [key, other])).rejects.toThrow(WebhookError);
  });
});
