import { expect, it } from 'vitest';
import { appAround, browserKind } from './browser-kind.ts';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 14; Pixel 8';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

it.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}`, 'chrome', undefined],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Edg/156.0.0.0`, 'chrome', undefined],
  [`${ANDROID}) ${CHROME.replace('Safari', 'Mobile Safari')}`, 'chrome-phone', undefined],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'firefox', undefined],
  [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15`, 'safari', undefined],
  [`${IPHONE} Version/18.1 Mobile/15E148 Safari/604.1`, 'safari-phone', undefined],
  [`${IPHONE} CriOS/156.0 Mobile/15E148 Safari/604.1`, 'other-iphone', undefined],
  [`${IPHONE} Mobile/22B83 Instagram 360.0.0`, 'safari-phone', 'Instagram'],
  [`${ANDROID}; wv) ${CHROME} [FB_IAB/FB4A;FBAV/480.0]`, 'chrome-phone', 'Facebook'],
  [`${ANDROID}; wv) ${CHROME}`, 'chrome-phone', ''],
  ['curl/8', 'other', undefined],
])('%s', (userAgent, kind, app) => {
  expect([browserKind(userAgent), appAround(userAgent)]).toEqual([kind, app]);
});
