import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GLANCE_MS, NOT_VISIBLE, type ViewSize, watchElement } from './element-view.ts';
import { FakeScreen } from './testing/fake-screen.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function watched(devicePixelRatio = 1) {
  const screen = new FakeScreen(devicePixelRatio);
  const element = screen.video();
  const told: ViewSize[] = [];
  const end = watchElement(element, (size) => told.push(size));
  return { screen, element, told, end };
}

it('tells the size in device pixels once it and the place are known', () => {
  const { screen, element, told } = watched(1.5);
  expect(told).toEqual([]);
  screen.show(element, 320.4, 180);
  expect(told.at(-1)).toEqual({ width: 481, height: 270 });
  screen.defaultView.devicePixelRatio = 1;
  screen.defaultView.dispatchEvent(new Event('resize'));
  expect(told.at(-1)).toEqual({ width: 320, height: 180 });
  screen.show(element, 50_000, 9);
  expect(told.at(-1), 'no more than the server takes').toEqual({ width: 16_384, height: 9 });
});

it('what is scrolled away or has no size is not visible', () => {
  const { screen, element, told } = watched();
  screen.show(element, 320, 180, false);
  expect(told.at(-1)).toEqual(NOT_VISIBLE);
  screen.scroll(element, true);
  expect(told.at(-1)).toEqual({ width: 320, height: 180 });
  screen.show(element, 0, 0, false);
  expect(told.at(-1)).toEqual(NOT_VISIBLE);
});

it('a page that is hidden for long is not seen; a glance elsewhere changes nothing', () => {
  const { screen, element, told } = watched();
  screen.show(element, 320, 180);
  const before = told.length;
  screen.turn('hidden');
  vi.advanceTimersByTime(GLANCE_MS - 1);
  screen.turn('visible');
  vi.advanceTimersByTime(2 * GLANCE_MS);
  expect(new Set(told.slice(before).map(({ width }) => width))).toEqual(new Set([320]));
  screen.turn('hidden');
  vi.advanceTimersByTime(GLANCE_MS);
  expect(told.at(-1)).toEqual(NOT_VISIBLE);
  screen.turn('visible');
  expect(told.at(-1)).toEqual({ width: 320, height: 180 });
});

it('a page that is hidden from the first measures nothing and needs nothing', () => {
  const screen = new FakeScreen();
  screen.visibilityState = 'hidden';
  const told: ViewSize[] = [];
  watchElement(screen.video(), (size) => told.push(size));
  expect(told).toEqual([NOT_VISIBLE]);
});

const popUp = (width: number, height: number) => Object.assign(new EventTarget(), { width, height });

it.each([
  ['', (_: FakeScreen) => undefined],
  [', out of a shadow tree too', () => ({ pictureInPictureElement: null })],
])('a picture in a window of its own is seen wherever its page is, as large as that is%s', (_, rootOf) => {
  const { screen, element, told } = watched(2);
  screen.adopt(element, rootOf(screen));
  screen.show(element, 160, 90);
  const window = popUp(320, 180);
  screen.popOut(element, window);
  expect(told.at(-1)).toEqual({ width: 640, height: 360 });
  window.width = 480;
  window.dispatchEvent(new Event('resize'));
  screen.show(element, 0, 0, false);
  screen.turn('hidden');
  vi.advanceTimersByTime(2 * GLANCE_MS);
  expect(told.at(-1)).toEqual({ width: 960, height: 360 });
  screen.popOut(element, undefined);
  expect(told.at(-1)).toEqual(NOT_VISIBLE);
});

it('an element that is moved into another window is seen there', () => {
  const { screen, element, told, end } = watched();
  screen.show(element, 320, 180);
  const other = new FakeScreen(2);
  other.adopt(element);
  screen.scroll(element, false);
  screen.turn('hidden');
  vi.advanceTimersByTime(2 * GLANCE_MS);
  other.show(element, 300, 170);
  expect(told.at(-1)).toEqual({ width: 600, height: 340 });
  end();
  expect([screen.observed, other.observed, vi.getTimerCount()]).toEqual([0, 0, 0]);
});

it('leaves nothing that watches', () => {
  const { screen, element, told, end } = watched();
  screen.show(element, 320, 180);
  screen.turn('hidden');
  const before = told.length;
  end();
  vi.advanceTimersByTime(2 * GLANCE_MS);
  screen.turn('visible');
  screen.defaultView.dispatchEvent(new Event('resize'));
  screen.popOut(element, popUp(320, 180));
  expect([screen.observed, told.length, vi.getTimerCount()]).toEqual([0, before, 0]);
});
