import { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import type { IconName } from '../ui/icon.tsx';
import { MessageScreen } from '../ui/message-screen.tsx';
import { TestLink } from '../ui/test-link.tsx';
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
    <MessageScreen icon={iconOf(end)} busy={joining} title={title} text={text} testId="ended">
      {again !== undefined && (
        <Button primary onClick={onAgain} disabled={joining} testId="rejoin">
          {joining ? texts.joining : again}
        </Button>
      )}
      <Button primary={again === undefined} onClick={onHome} testId="home">
        {texts.ended.home}
      </Button>
      {isOfTheNetwork(end) && <TestLink />}
    </MessageScreen>
  );
}

/** Whether a test of the connection may tell more. */
function isOfTheNetwork(end: CallEnd | CallError): boolean {
  return end instanceof CallError ? end.code === 'connection_failed' : end.reason === 'connection-lost';
}

function iconOf(end: CallEnd | CallError): IconName {
  if (end instanceof CallError) {
    if (end.code === 'connection_failed') return 'offline';
    return end.code === 'room_locked' || end.code.startsWith('token_') ? 'lock' : 'alert';
  }
  switch (end.reason) {
    case 'left':
    case 'room-closed':
      return 'leave';
    case 'kicked':
    case 'banned':
      return 'remove';
    case 'replaced':
      return 'people';
    case 'connection-lost':
      return 'offline';
    default:
      return end satisfies never;
  }
}
