import type { CallError } from '@parley/client/call-error';
import { refusedBy } from '@parley/client/capture-error';
import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import { browserKind } from './browser-kind.ts';
import css from './permission-help.module.css';

export interface PermissionHelpProps {
  title: string;
  error: CallError;
  onAgain: () => void;
}

/** What to do about a device that may not be used, in this very browser. */
export function PermissionHelp({ title, error, onAgain }: PermissionHelpProps) {
  const texts = useTexts().permission;
  const by = refusedBy(error.device ?? 'camera', error.cause);
  const steps = by === 'person' ? texts.steps[browserKind(navigator.userAgent)] : [texts.refused[by]];
  return (
    <section className={css.help} role="alert" data-testid="permission-help">
      <p className={css.title}>{title}</p>
      <ol className={css.steps}>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <Button onClick={onAgain} testId="ask-again">
        {texts.again}
      </Button>
    </section>
  );
}
