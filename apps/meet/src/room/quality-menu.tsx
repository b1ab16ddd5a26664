import type { Quality } from '@parley/protocol/track';
import { useTexts } from '../i18n/texts.ts';
import { SelectMenu } from '../ui/select-menu.tsx';

const QUALITIES: readonly Quality[] = ['auto', 'high', 'medium', 'low'];

export interface QualityMenuProps {
  quality: Quality;
  onChange: (quality: Quality) => void;
}

/** Chooses how the others' cameras are received. */
export function QualityMenu({ quality, onChange }: QualityMenuProps) {
  const texts = useTexts().room;
  return (
    <SelectMenu
      icon="quality"
      label={texts.quality}
      value={quality}
      options={QUALITIES.map((value) => ({ value, text: texts.qualities[value] }))}
      onChange={onChange}
      testId="quality-menu"
    />
  );
}
