import { useEffect, useRef } from 'react';
import { useSetting } from '../settings/setting.ts';
import { shortcuts as setting } from '../settings/settings.ts';
import { type Shortcut, shortcutOf, takesSpace, takesText } from './shortcuts.ts';

export interface ShortcutHandlers {
  on: (shortcut: Shortcut) => void;
  /** The space bar is held, or let go again. */
  talk: (on: boolean) => void;
}

/** Keys of the call while the component is there, unless somebody writes, a dialog is open, or keys are switched off. */
export function useShortcuts(handlers: ShortcutHandlers): void {
  const isOn = useSetting(setting) === 'on';
  const current = useRef(handlers);
  useEffect(() => {
    current.current = handlers;
  });
  useEffect(() => {
    let talking = false;
    const talk = (on: boolean) => {
      if (talking === on) return;
      talking = on;
      current.current.talk(on);
    };
    const down = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.defaultPrevented || !(target instanceof HTMLElement)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (event.code === 'Space' && !takesSpace(target)) {
        // The page would scroll.
        event.preventDefault();
        if (isOn) talk(true);
        return;
      }
      const shortcut = takesText(target) ? undefined : shortcutOf(event);
      // With keys switched off the way to switch them on stays.
      if (shortcut === undefined || (!isOn && shortcut !== 'help')) return;
      event.preventDefault();
      current.current.on(shortcut);
    };
    const up = ({ code }: KeyboardEvent) => {
      if (code === 'Space') talk(false);
    };
    // The key is let go elsewhere.
    const away = () => talk(false);
    addEventListener('keydown', down);
    addEventListener('keyup', up);
    addEventListener('blur', away);
    return () => {
      talk(false);
      removeEventListener('keydown', down);
      removeEventListener('keyup', up);
      removeEventListener('blur', away);
    };
  }, [isOn]);
}
