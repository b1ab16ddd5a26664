import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { browserSuite } from '../fixtures/browser-suite.ts';
import { FIREFOX, openFirefox } from '../fixtures/clients.ts';

// Only where there is one: `pnpm test` installs Chromium alone.
describe.skipIf(!existsSync(FIREFOX))('Firefox', () => browserSuite(openFirefox));
