import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import css from './alone.module.css';
import { useCopyLink } from './use-copy-link.ts';

export interface AloneProps {
  roomId: string;
  /** The browser does not let the page copy the link. */
  onCopyFailed: (link: string) => void;
}

/** What to do while nobody else is here. */
export function Alone({ roomId, onCopyFailed }: AloneProps) {
  const texts = useTexts().room;
  const { copied, sends, hand } = useCopyLink(roomId, onCopyFailed);
  return (
    <aside className={css.card} aria-label={texts.alone} data-testid="alone">
      <h2 className={css.title}>{texts.alone}</h2>
      <p className={css.text}>{texts.aloneHint}</p>
      <Button primary onClick={hand}>
        {copied ? texts.copied : sends ? texts.sendLink : texts.copyLink}
      </Button>
    </aside>
  );
}
