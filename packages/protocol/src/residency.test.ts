import { expect, it } from 'vitest';
import { jurisdictionOf } from './residency.ts';

it.each([
  ['eu~standup', 'eu'],
  ['fedramp~standup', 'fedramp'],
  ['standup', undefined],
  ['eustandup', undefined],
  ['EU~standup', undefined],
  ['my-eu~standup', undefined],
])('a room %s is of the jurisdiction %s', (roomId, jurisdiction) => {
  expect(jurisdictionOf(roomId)).toBe(jurisdiction);
});
