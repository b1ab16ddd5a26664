import { describe, expect, it } from 'vitest';
import { parseApiKeys } from './api-keys.ts';
import { ConfigError } from './config/load-config.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(43);

describe('API keys', () => {
  it.each([
    ['one', `k1:${A}`, [['k1', A]]],
    [
      'several',
      `k1:${A},k2:${B}`,
      [
        ['k1', A],
        ['k2', B],
      ],
    ],
    [
      'white space anywhere',
      `  k1 : ${A} ,\n\tk2:${B}\n`,
      [
        ['k1', A],
        ['k2', B],
      ],
    ],
    ['a comma at the end', `k1:${A},`, [['k1', A]]],
    ['none', ' ', []],
    ['nothing', undefined, []],
  ])('reads %s', (_, text, keys) => {
    expect([...parseApiKeys(text)]).toEqual(keys);
  });

  it.each([
    ['no colon', `k1:${A},${B}`, 'key 2: must be id:secret'],
    ['a short secret', 'k1:short-and-secret', 'key 1: the secret behind the colon must be 32 to 128'],
    ['a secret where the id should be', `${B}!:k1`, 'key 1: the id before the colon must be 1 to 64'],
    ['a colon too many', `k1:x:${A}`, 'key 1: the secret behind the colon must be'],
    ['an id twice', `k1:${A},k1:${B}`, 'key 2: its id stands there twice'],
    ['a gap', `,k1:${A}`, 'key 1: must be id:secret'],
  ])('refuses %s, and repeats no secret', (_, text, message) => {
    let error: unknown;
    try {
      parseApiKeys(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(message);
    for (const part of text.split(/[,:]/)) if (part.length > 4) expect(String(error)).not.toContain(part);
  });
});
