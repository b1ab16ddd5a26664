// @vitest-environment happy-dom
import { cleanup, fireEvent, render } from '@testing-library/react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WaitingList } from './waiting-list.tsx';

afterEach(cleanup);

const rendered = (...names: string[]) => {
  const guests = names.map((name) => ({ participantId: name, name, since: 0 }));
  return renderToStaticMarkup(<WaitingList guests={guests} moderate={() => undefined} />);
};

it('names who waits in a place that is always there: screen readers hear what changes in one', () => {
  const texts = [rendered(), rendered('Ann'), rendered('Ann', 'Bob')].map((html) => {
    expect(html).toMatch(/^<div[^>]* role="status" aria-atomic="false">/);
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

describe('deciding', () => {
  const guest = (name: string) => ({ participantId: name, name, since: 0 });

  it('takes a double click as one decision, and hands the focus to the next person', () => {
    vi.useFakeTimers();
    const moderate = vi.fn();
    const list = (...names: string[]) => <WaitingList guests={names.map(guest)} moderate={moderate} />;
    const { getByLabelText, rerender } = render(list('Ann', 'Bob'));
    const admit = (name: string) => {
      getByLabelText(`Admit ${name}`).focus();
      fireEvent.click(getByLabelText(`Admit ${name}`));
    };
    admit('Ann');
    rerender(list('Bob'));
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Admit Bob');
    admit('Bob');
    expect(moderate.mock.calls).toEqual([[{ action: 'admit', participantId: 'Ann' }]]);
    vi.advanceTimersByTime(600);
    admit('Bob');
    expect(moderate).toHaveBeenLastCalledWith({ action: 'admit', participantId: 'Bob' });
    vi.useRealTimers();
  });
});
