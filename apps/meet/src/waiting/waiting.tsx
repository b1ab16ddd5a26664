import { Button } from '../ui/button.tsx';
import { MessageScreen } from '../ui/message-screen.tsx';

export interface WaitingProps {
  room: string;
  onGiveUp: () => void;
}

/** Before the door, until somebody in the room opens it. */
export function Waiting({ room, onGiveUp }: WaitingProps) {
  const text = (
    <>
      Somebody in <bdi>{room}</bdi> has to let you in. Nobody sees or hears you until then.
    </>
  );
  return (
    <MessageScreen title="Waiting to be let in" text={text} testId="waiting">
      <Button onClick={onGiveUp} testId="give-up">
        Do not wait
      </Button>
    </MessageScreen>
  );
}
