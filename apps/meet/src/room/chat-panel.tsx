import type { ChatEntry } from '@parley/react';
import { type FormEvent, type UIEvent, useEffect, useRef, useState } from 'react';
import { useLanguage } from '../i18n/language.ts';
import { useTexts } from '../i18n/texts.ts';
import { timeOfDay } from '../i18n/wording.ts';
import { SidePanel } from '../panel/side-panel.tsx';
import { Icon } from '../ui/icon.tsx';
import css from './chat-panel.module.css';
import { ChatText } from './chat-text.tsx';

/** As the protocol has it, characters. */
const MAX_LENGTH = 4096;
/** Pixels from the end of the log that still count as there. */
const NEAR_END = 40;

export interface ChatPanelProps {
  entries: readonly ChatEntry[];
  onSend: (text: string) => void;
  onClose: () => void;
}

/** The chat beside the pictures; on a phone, in front of them. */
export function ChatPanel({ entries, onSend, onClose }: ChatPanelProps) {
  const texts = useTexts().chat;
  const language = useLanguage();
  const [text, setText] = useState('');
  const log = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  /** Whether the last entry was in sight: who reads what was said before is not torn away. */
  const atEnd = useRef(true);
  useEffect(() => {
    if (atEnd.current || entries.at(-1)?.isOwn) log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [entries]);
  const watchEnd = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent) => {
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    onSend(text.trim());
    setText('');
  };

  return (
    <SidePanel
      title={texts.title}
      closeLabel={texts.close}
      onClose={onClose}
      initialFocus={input}
      testId="chat"
    >
      <div className={css.log} role="log" ref={log} onScroll={watchEnd}>
        {entries.length === 0 && <p className={css.empty}>{texts.empty}</p>}
        {entries.map(({ id, name, text: said, at, isOwn }) => (
          <article key={id} className={`${css.entry} ${isOwn ? css.own : ''}`}>
            <p className={css.meta}>
              <bdi>{isOwn ? texts.you : name}</bdi> · <time>{timeOfDay(language, at)}</time>
            </p>
            <p className={css.text} dir="auto">
              <ChatText text={said} />
            </p>
          </article>
        ))}
      </div>
      <form className={css.form} onSubmit={submit}>
        <input
          className={css.input}
          ref={input}
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={MAX_LENGTH}
          dir="auto"
          autoComplete="off"
          enterKeyHint="send"
          placeholder={texts.message}
          aria-label={texts.message}
          data-testid="chat-input"
        />
        <button
          type="submit"
          className={css.send}
          aria-label={texts.send}
          title={texts.send}
          data-testid="chat-send"
        >
          <Icon name="send" size={20} />
        </button>
      </form>
    </SidePanel>
  );
}
