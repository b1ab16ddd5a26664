import { useTexts } from '../i18n/texts.ts';
import { SelectMenu } from '../ui/select-menu.tsx';
import { LAYOUTS, type Layout } from './arrangement.ts';

export interface LayoutMenuProps {
  layout: Layout;
  onChange: (layout: Layout) => void;
}

/** Chooses how the tiles are arranged. */
export function LayoutMenu({ layout, onChange }: LayoutMenuProps) {
  const texts = useTexts().stage;
  return (
    <SelectMenu
      icon="layout"
      label={texts.layout}
      value={layout}
      options={LAYOUTS.map((value) => ({ value, text: texts.layouts[value] }))}
      onChange={onChange}
      small
      testId="layout-menu"
    />
  );
}
