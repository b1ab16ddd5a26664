// @vitest-environment happy-dom
import { cleanup, fireEvent, render } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SidePanel } from './side-panel.tsx';

const onClose = vi.fn();
beforeEach(() => onClose.mockReset());
afterEach(cleanup);

/** Two buttons, and a panel where one is open. */
function Page({ open }: { open: boolean }) {
  return (
    <StrictMode>
      <button type="button">Open</button>
      <button type="button">Elsewhere</button>
      {open && (
        <SidePanel title="People" closeLabel="Close" onClose={onClose} testId="panel">
          <button type="button">Inside</button>
        </SidePanel>
      )}
    </StrictMode>
  );
}

const focused = () => document.activeElement?.textContent;

it('gives the focus back to what had it', () => {
  const { getByText, rerender } = render(<Page open={false} />);
  getByText('Open').focus();
  rerender(<Page open />);
  expect(focused()).toBe('People');
  getByText('Inside').focus();
  rerender(<Page open={false} />);
  expect(focused()).toBe('Open');
});

it('leaves the focus with what the person went to meanwhile', () => {
  const { getByText, rerender } = render(<Page open={false} />);
  getByText('Open').focus();
  rerender(<Page open />);
  getByText('Elsewhere').focus();
  rerender(<Page open={false} />);
  expect(focused()).toBe('Elsewhere');
});

it('is closed by Escape wherever the focus is, but not by one that was meant for something in it', () => {
  const { getByText } = render(<Page open />);
  fireEvent.keyDown(document.body, { key: 'Escape' });
  expect(onClose).toHaveBeenCalledTimes(1);
  getByText('Inside').addEventListener('keydown', (event) => event.preventDefault());
  fireEvent.keyDown(getByText('Inside'), { key: 'Escape' });
  expect(onClose).toHaveBeenCalledTimes(1);
});
