import { expect, it } from 'vitest';
import { arrangeGrid } from './arrange.ts';

it.each([
  [1, 1, 1],
  [2, 2, 1],
  [4, 2, 2],
  [5, 3, 2],
  [9, 3, 3],
])('puts %i people into %i columns and %i rows', (count, columns, rows) => {
  const boxes = arrangeGrid(count, { width: 1280, height: 720 });
  const [first] = boxes;
  expect(boxes.filter(({ y }) => y === first?.y)).toHaveLength(columns);
  expect(new Set(boxes.map(({ y }) => y)).size).toBe(rows);
});
