import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../../../infra/dev/processes.ts';

/** Where tests leave what pages looked like. */
export const PICTURES = path.join(ROOT, 'coverage/pictures');

/** Keeps what the page shows now, for people to look at. */
export async function takePicture(
  page: Page,
  name: string,
  options: { fullPage?: boolean } = {},
): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), ...options });
}
