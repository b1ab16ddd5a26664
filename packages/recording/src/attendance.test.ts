import { expect, it } from 'vitest';
import { attendances, MAX_SHOWN_PARTICIPANTS, shownParticipants } from './attendance.ts';
import { START, turnsOf } from './testing.ts';

it('puts together what several recorders saw of somebody', () => {
  const turns = turnsOf(2);
  const seen = [
    { epoch: 1, participantId: 'stayed', name: 'Ann', from: START + 5 },
    { epoch: 1, participantId: 'left', name: 'Bob', from: START + 6 },
    { epoch: 1, participantId: 'seen-off', name: 'Cy', from: START + 7, to: START + 9 },
    { epoch: 2, participantId: 'stayed', name: 'Ann Two', from: START + 61_000 },
    {
      epoch: 2,
      participantId: 'new',
      name: 'Dee',
      identity: 'dee',
      from: START + 62_000,
      to: START + 63_000,
    },
  ];
  expect(attendances(seen, turns)).toEqual([
    { participantId: 'stayed', name: 'Ann Two', from: START + 5 },
    // Whoever was not there any more when the next recorder came went before it did.
    { participantId: 'left', name: 'Bob', from: START + 6, to: START + 60_000 },
    { participantId: 'seen-off', name: 'Cy', from: START + 7, to: START + 9 },
    { participantId: 'new', name: 'Dee', identity: 'dee', from: START + 62_000, to: START + 63_000 },
  ]);
});

it('shows those that were recorded where too many were there', () => {
  const participants = Array.from({ length: MAX_SHOWN_PARTICIPANTS + 2 }, (_, index) => ({
    participantId: `p-${index}`,
    name: 'Ann',
    from: index,
  }));
  const shown = shownParticipants({ participants, tracks: [{ participantId: 'p-1001' }] });
  expect(shown).toHaveLength(MAX_SHOWN_PARTICIPANTS);
  expect(shown.at(-1)).toEqual({ participantId: 'p-1001', name: 'Ann' });
  expect(shown.at(-2)?.participantId).toBe('p-998');
});
