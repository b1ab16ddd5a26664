import type { RecordingFileDetails } from '@parley/protocol/rest';
import { isolated } from '../i18n/wording.ts';
import type { RecordingTexts } from './texts.ts';

/** What a file shows. */
export function fileName(texts: RecordingTexts['files'], file: RecordingFileDetails): string {
  const { kind, participantName, layout } = file;
  const name = participantName === undefined ? texts.somebody : isolated(participantName);
  switch (kind) {
    case 'participant':
      return texts.participant(name);
    case 'screen':
      return texts.screen(name);
    case 'composite':
      return layout === undefined ? texts.composite : `${texts.composite}, ${texts.layouts[layout]}`;
    default:
      return kind satisfies never;
  }
}
