import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { WaitingList } from './waiting-list.tsx';

const rendered = (...names: string[]) => {
  const guests = names.map((name) => ({ participantId: name, name, since: 0 }));
  return renderToStaticMarkup(<WaitingList guests={guests} moderate={() => undefined} />);
};

it('names who waits in a place that is always there: screen readers hear what changes in one', () => {
  const texts = [rendered(), rendered('Ann'), rendered('Ann', 'Bob')].map((html) => {
    expect(html).toMatch(/^<div[^>]* role="status">/);
    return html.replaceAll(/<button.*?<\/button>/g, '').replaceAll(/<[^>]*>|[\u2068\u2069]/g, '');
  });
  expect(texts).toEqual(['', 'Ann wants to come in', 'Ann wants to come inBob wants to come in']);
});

it('has buttons that say whom they are about', () => {
  const labels = [...rendered('Ann', 'Bob').matchAll(/<button[^>]*aria-label="([^"]*)"/g)].map(
    ([, label]) => label,
  );
  expect(labels).toEqual(['Deny Ann', 'Admit Ann', 'Deny Bob', 'Admit Bob']);
});
