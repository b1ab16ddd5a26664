import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Preview } from './preview.tsx';

const OFF = { state: 'off' } as const;

function switches(joining: boolean): string[] {
  const preview = {
    state: { camera: OFF, microphone: OFF },
    toggle: () => undefined,
    choose: () => undefined,
    take: () => ({ camera: undefined, microphone: undefined }),
  };
  const html = renderToStaticMarkup(<Preview preview={preview} name="Ada" joining={joining} />);
  return html.match(/<button[^>]*>/g) ?? [];
}

it('takes no switching once the tracks are handed over: who turns the camera off then would be seen', () => {
  expect(switches(false).map((button) => button.includes('disabled'))).toEqual([false, false]);
  expect(switches(true).map((button) => button.includes('disabled'))).toEqual([true, true]);
});
