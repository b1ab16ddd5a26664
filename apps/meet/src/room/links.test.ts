import fc from 'fast-check';
import { expect, it } from 'vitest';
import { linksIn } from './links.ts';

it.each([
  ['no link', []],
  ['https://a.example/b?c=d#e', ['https://a.example/b?c=d#e']],
  ['See (https://a.example/b), or http://c.example.', ['https://a.example/b', 'http://c.example']],
  ['javascript:alert(1) data:text/html,x', []],
  ['https://', []],
])('%j → %j', (text, links) => {
  expect(linksIn(text).flatMap(({ href }) => href ?? [])).toEqual(links);
});

it('loses nothing, and leads nowhere but to the web', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('http://', 'https://a.example/', ')', ' ', 'javascript:'),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      const parts = linksIn(text);
      expect(parts.map((part) => part.text).join('')).toBe(text);
      for (const { href } of parts) if (href !== undefined) expect(href).toMatch(/^https?:\/\//i);
    }),
  );
});
