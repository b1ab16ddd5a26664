import { statistics } from '../settings/settings.ts';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import { CAN_SHARE, type Controls } from './use-controls.ts';

/** What can be open beside the pictures. */
export type Panel = 'chat' | 'people';

/** Lets keys do what buttons of the call do. */
export function useRoomKeys(controls: Controls, toggle: (panel: Panel) => void, help: () => void): void {
  useShortcuts({
    on: (shortcut) => {
      switch (shortcut) {
        case 'microphone':
        case 'camera':
          controls[shortcut].toggle();
          return;
        case 'screen':
          if (CAN_SHARE) controls.screen.toggle();
          return;
        case 'chat':
        case 'people':
          toggle(shortcut);
          return;
        case 'statistics':
          statistics.set(statistics.current() === 'on' ? 'off' : 'on');
          return;
        case 'help':
          help();
          return;
        default:
          shortcut satisfies never;
      }
    },
    talk: controls.talk,
  });
}
