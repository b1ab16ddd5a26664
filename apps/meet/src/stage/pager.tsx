import { useTexts } from '../i18n/texts.ts';
import { Icon } from '../ui/icon.tsx';
import css from './pager.module.css';
import type { Rect } from './rect.ts';

export interface PagerProps {
  /** From 0. */
  page: number;
  pages: number;
  place: Rect;
  onTurn: (page: number) => void;
}

/** Turns the pages of tiles. */
export function Pager({ page, pages, place, onTurn }: PagerProps) {
  const texts = useTexts().stage;
  const { x: left, y: top, width, height } = place;
  return (
    <nav className={css.pager} style={{ left, top, width, height }} aria-label={texts.pages}>
      <button
        type="button"
        className={css.turn}
        aria-label={texts.previous}
        title={texts.previous}
        // It keeps the focus at the end, where a disabled button would lose it.
        aria-disabled={page === 0 || undefined}
        onClick={() => page > 0 && onTurn(page - 1)}
        data-testid="page-previous"
      >
        <Icon name="previous" size={18} />
      </button>
      <span className={css.page} role="status" data-testid="page">
        <span aria-hidden="true">
          {page + 1} / {pages}
        </span>
        <span className="visually-hidden">{texts.page(page + 1, pages)}</span>
      </span>
      <button
        type="button"
        className={css.turn}
        aria-label={texts.next}
        title={texts.next}
        aria-disabled={page === pages - 1 || undefined}
        onClick={() => page < pages - 1 && onTurn(page + 1)}
        data-testid="page-next"
      >
        <Icon name="next" size={18} />
      </button>
    </nav>
  );
}
