import { describe, expect, it } from 'vitest';
import { ParticipantName } from './identifiers.ts';

describe('ParticipantName', () => {
  it.each(['Ann', ' Zoë ', '李小龍', '👩‍💻 Ada', 'O’Neill-Šimek'])('takes %s', (name) => {
    expect(ParticipantName.parse(name)).toBe(name.trim());
  });

  it.each(['', '   ', 'a\u0000b', 'Ann\nadmin', 'Bob\u001b[31m', 'x'.repeat(101)])('refuses %j', (name) => {
    expect(ParticipantName.safeParse(name).success).toBe(false);
  });
});
