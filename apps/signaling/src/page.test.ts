import { afterEach, expect, it } from 'vitest';
import { webrtcConfig } from './settings.ts';
import { ask } from './testing/test-socket.ts';

const { frame_ancestors } = webrtcConfig.server;
afterEach(() => {
  frame_ancestors.length = 0;
});

it.each(['/', '/r/stand-up'])('%s is the page, which nobody else may show in a frame', async (path) => {
  const page = await ask(path);
  expect(page.headers.get('Content-Type')).toContain('text/html');
  expect(page.headers.get('Content-Security-Policy')).toMatch(/; frame-ancestors 'self'$/);
});

it('server.frame_ancestors may show it', async () => {
  frame_ancestors.push('https://intranet.example', 'https://wiki.example');
  const policy = (await ask('/r/stand-up')).headers.get('Content-Security-Policy');
  expect(policy).toMatch(
    /^default-src 'self'; .*; frame-ancestors 'self' https:\/\/intranet\.example https:\/\/wiki\.example$/,
  );
});
