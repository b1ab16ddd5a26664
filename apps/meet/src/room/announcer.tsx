import { useCall } from '@parley/react';
import { useEffect, useRef, useState } from 'react';
import { currentTexts } from '../i18n/texts.ts';
import { isolated } from '../i18n/wording.ts';

/** Milliseconds in which what happens is said together. */
const TOGETHER = 1000;
/** More people than this who come and go at once are counted, not named. */
const MOST_NAMED = 3;

/** Says to screen readers who comes, goes and shares a screen; others see it. */
export function Announcer() {
  const call = useCall();
  const [said, setSaid] = useState('');
  const pending = useRef<string[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = (text: string) => {
      pending.current.push(text);
      timer ??= setTimeout(() => {
        timer = undefined;
        const texts = pending.current.splice(0);
        const { several } = currentTexts().announcements;
        setSaid(texts.length > MOST_NAMED ? several(texts.length) : texts.join('. '));
      }, TOGETHER);
    };
    const offs = [
      call.on('participant-joined', ({ name }) => say(currentTexts().announcements.joined(isolated(name)))),
      call.on('participant-left', ({ participant }) =>
        say(currentTexts().announcements.left(isolated(participant.name))),
      ),
      call.on('track-published', ({ participantId, track }) => {
        const { name, isSelf } = call.participants.get(participantId) ?? { name: '', isSelf: true };
        if (track.source !== 'screen' || isSelf) return;
        say(currentTexts().announcements.sharesScreen(isolated(name)));
      }),
    ];
    return () => {
      clearTimeout(timer);
      for (const off of offs) off();
    };
  }, [call]);
  return (
    <p className="visually-hidden" role="status" data-testid="announcer">
      {said}
    </p>
  );
}
