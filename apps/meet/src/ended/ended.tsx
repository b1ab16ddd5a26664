import type { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import { MessageScreen } from '../ui/message-screen.tsx';
import { endText } from './end-text.ts';

export interface EndedProps {
  end: CallEnd | CallError;
  /** On the way back in. */
  joining: boolean;
  onAgain: () => void;
  onHome: () => void;
}

/** After the call, or instead of it. */
export function Ended({ end, joining, onAgain, onHome }: EndedProps) {
  const texts = useTexts();
  const { title, text, again } = endText(texts, end);
  return (
    <MessageScreen title={title} text={text} testId="ended">
      {again !== undefined && (
        <Button primary onClick={onAgain} disabled={joining} testId="rejoin">
          {joining ? texts.joining : again}
        </Button>
      )}
      <Button primary={again === undefined} onClick={onHome} testId="home">
        {texts.ended.home}
      </Button>
    </MessageScreen>
  );
}
