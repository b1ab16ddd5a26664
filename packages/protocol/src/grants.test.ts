import { expect, it } from 'vitest';
import { GrantsChange, Source } from './grants.ts';

it('a change of grants names no more sources than there are: it is stored, logged and told to everybody', () => {
  expect(GrantsChange.safeParse({ publish: [...Source.options] }).success).toBe(true);
  const many = Array.from({ length: 5000 }, () => 'camera');
  expect(GrantsChange.safeParse({ publish: many }).success).toBe(false);
});
