import { describe } from 'vitest';
import { browserSuite } from '../fixtures/browser-suite.ts';
import { openChromium } from '../fixtures/clients.ts';

describe('Chromium', () => browserSuite(openChromium));
