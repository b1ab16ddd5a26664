import { describe, expect, it } from 'vitest';
import { turnServer, turnService } from './turn-service.ts';

const urls = ['turn:turn.example.com:3478'];

describe('what is configured', () => {
  it('is no service without URLs, whether there is a secret or not', () => {
    expect(turnService({ urls: [], ttl: 60 }, undefined)).toBeUndefined();
    expect(turnService({ urls: [], ttl: 60 }, 'secret')).toBeUndefined();
  });

  it.each([undefined, ''])('does not start with URLs and the secret %j', (secret) => {
    expect(() => turnService({ urls, ttl: 60 }, secret)).toThrow(/webrtc\.turn\.urls.*PARLEY_TURN_SECRET/);
  });
});

it('makes credentials as coturn does', async () => {
  const service = { urls, ttl: 43_200, secret: 'the-turn-secret-of-tests' };
  // printf %s 1700043200:p-ann | openssl dgst -sha1 -hmac the-turn-secret-of-tests -binary | base64
  expect(await turnServer(service, 'p-ann', 1_700_000_000_999)).toEqual({
    urls,
    username: '1700043200:p-ann',
    credential: 'xscTvKftXZXgyNsNamhxjcxJHho=',
  });
});
