import { expect, it } from 'vitest';
import { webhookService } from './webhook-service.ts';

it('is none without URLs, and does not start without a key that signs', () => {
  const key = { id: 'k', secret: 's' };
  expect(webhookService([], undefined)).toBeUndefined();
  expect(webhookService(['https://a.example'], key)).toEqual({ urls: ['https://a.example'], key });
  expect(() => webhookService(['https://a.example'], undefined)).toThrow(
    /wrangler secret put PARLEY_API_KEYS/,
  );
});
