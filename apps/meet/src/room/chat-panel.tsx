import type { ChatEntry } from '@parley/react';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { RoundButton } from '../ui/round-button.tsx';
import css from './chat-panel.module.css';
import { ChatText } from './chat-text.tsx';

/** As the protocol has it, characters. */
const MAX_LENGTH = 4096;

export interface ChatPanelProps {
  entries: readonly ChatEntry[];
  onSend: (text: string) => void;
  onClose: () => void;
}

/** The chat beside the pictures; on a phone, in front of them. */
export function ChatPanel({ entries, onSend, onClose }: ChatPanelProps) {
  const [text, setText] = useState('');
  const log = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    input.current?.focus();
    // Whoever works with keys goes on where they were.
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new entry scrolls
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [entries]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    onSend(text.trim());
    setText('');
  };

  const closeOnEscape = (event: KeyboardEvent) => {
    // An input method uses Escape for itself.
    if (event.key === 'Escape' && !event.nativeEvent.isComposing) onClose();
  };

  return (
    <aside className={css.panel} aria-label="Chat" onKeyDown={closeOnEscape} data-testid="chat">
      <header className={css.header}>
        <h2 className={css.title}>Chat</h2>
        <RoundButton icon="close" label="Close the chat" onClick={onClose} />
      </header>
      <div className={css.log} role="log" ref={log}>
        {entries.length === 0 && (
          <p className={css.empty}>Nobody has written yet. Who joins later does not see what was said.</p>
        )}
        {entries.map(({ id, name, text: said, at, isOwn }) => (
          <article key={id} className={`${css.entry} ${isOwn ? css.own : ''}`}>
            <p className={css.meta}>
              <bdi>{isOwn ? 'You' : name}</bdi> · <time>{timeOf(at)}</time>
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
          placeholder="Message to everybody"
          aria-label="Message to everybody"
          data-testid="chat-input"
        />
        <button type="submit" className={css.send} aria-label="Send" title="Send" data-testid="chat-send">
          <Icon name="send" size={20} />
        </button>
      </form>
    </aside>
  );
}

function timeOf(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
