import { useTexts } from '../i18n/texts.ts';
import { isolated } from '../i18n/wording.ts';
import { Button } from '../ui/button.tsx';
import { MessageScreen } from '../ui/message-screen.tsx';

export interface WaitingProps {
  room: string;
  onGiveUp: () => void;
}

/** Before the door, until somebody in the room opens it. */
export function Waiting({ room, onGiveUp }: WaitingProps) {
  const texts = useTexts().waiting;
  return (
    <MessageScreen icon="clock" busy title={texts.title} text={texts.text(isolated(room))} testId="waiting">
      <Button onClick={onGiveUp} testId="give-up">
        {texts.giveUp}
      </Button>
    </MessageScreen>
  );
}
