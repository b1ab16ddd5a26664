import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import css from './rename-form.module.css';

export interface RenameFormProps {
  name: string;
  onRename: (name: string) => void;
}

/** Another name for somebody. */
export function RenameForm({ name, onRename }: RenameFormProps) {
  const texts = useTexts().people;
  const [wanted, setWanted] = useState(name);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted.trim() !== '') onRename(wanted.trim());
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <input
        className={css.input}
        ref={input}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
        maxLength={100}
        dir="auto"
        autoComplete="off"
        aria-label={texts.newName(name)}
        data-testid="rename-input"
      />
      <Button type="submit" primary disabled={wanted.trim() === ''} testId="rename-submit">
        {texts.save}
      </Button>
    </form>
  );
}
