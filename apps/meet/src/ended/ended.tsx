import type { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
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
  const { title, text, again } = endText(end);
  return (
    <MessageScreen title={title} text={text} testId="ended">
      {again !== undefined && (
        <Button primary onClick={onAgain} disabled={joining} testId="rejoin">
          {joining ? 'Joining…' : again}
        </Button>
      )}
      <Button primary={again === undefined} onClick={onHome} testId="home">
        Back to the start
      </Button>
    </MessageScreen>
  );
}
