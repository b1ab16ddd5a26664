import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { takePicture } from './picture.ts';

/** WCAG 2.2 to level AA, and what axe calls good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Checks what the page shows now with axe, in light, and its colours in dark too. Keeps a picture of each. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours that are on their way somewhere have no contrast to measure.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await takePicture(page, `${where.replace(/^the /, '').replaceAll(' ', '-')}-${colorScheme}`);
    const axe = new AxeBuilder({ page });
    if (colorScheme === 'light') axe.withTags(RULES);
    else axe.withRules('color-contrast');
    const { violations, passes } = await axe.analyze();
    expect(
      passes.map(({ id }) => id),
      `${where}: axe has looked`,
    ).toContain('color-contrast');
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary}`),
    );
    expect(found.join('\n'), `${where} in ${colorScheme}`).toBe('');
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
