import { expect, it } from 'vitest';
import { writePage } from './page.ts';

it('escapes what would end a label, a line or a comment', () => {
  const page = writePage([
    { name: 'a', type: 'gauge', help: 'Two\nlines.', samples: [{ labels: { node: '"\\\n}' }, value: 0.5 }] },
    { name: 'b', type: 'counter', help: 'Nobody has any.', samples: [] },
    { name: 'c', type: 'counter', help: 'One.', samples: [{ value: 1e21 }] },
  ]);
  expect(page.split('\n')).toEqual([
    '# HELP a Two\\nlines.',
    '# TYPE a gauge',
    'a{node="\\"\\\\\\n}"} 0.5',
    '# HELP c One.',
    '# TYPE c counter',
    'c 1e+21',
    '',
  ]);
});
