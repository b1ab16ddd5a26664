import type { Browser, Page } from 'playwright-core';
import { openPage, type PageOptions, report } from './browser.ts';

/** A tile of the page with what plays in it. */
export interface TileState {
  name: string;
  participantId: string;
  source: string;
  self: boolean;
  muted: boolean;
  /** Size of the picture that plays, 0 without one. */
  width: number;
  height: number;
  /** Frames that the element has shown. */
  frames: number;
}

/** Somebody in a meeting through our page. */
export class Meet {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens the room's link. */
  static async open(browser: Browser, room: string, options: PageOptions = {}): Promise<Meet> {
    return new Meet(await openPage(browser, `/r/${room}`, options));
  }

  /** Opens the room's link, types a name and joins. */
  static async join(browser: Browser, room: string, name: string, options: PageOptions = {}): Promise<Meet> {
    const meet = await Meet.open(browser, room, options);
    await meet.knock(name);
    await meet.page.getByTestId('room').waitFor();
    return meet;
  }

  /** Types a name in the lobby and presses Join. */
  async knock(name: string): Promise<void> {
    await this.page.getByTestId('lobby-name').fill(name);
    await this.page.getByTestId('lobby-join').click();
  }

  /** What the page says once the meeting is over, or could not begin. */
  async ending(): Promise<string> {
    const screen = this.page.getByTestId('ended');
    await screen.waitFor();
    return (await screen.textContent()) ?? '';
  }

  press(testId: string): Promise<void> {
    return this.page.getByTestId(testId).click();
  }

  /** Says something in the chat. */
  async say(text: string): Promise<void> {
    const field = this.page.getByTestId('chat-input');
    if (!(await field.isVisible())) await this.press('toggle-chat');
    await field.fill(text);
    await field.press('Enter');
  }

  async chooseQuality(quality: string): Promise<void> {
    await this.page.getByTestId('quality-menu').selectOption(quality);
  }

  tiles(): Promise<TileState[]> {
    return this.page.getByTestId('tile').evaluateAll((elements) =>
      elements.map((element) => {
        const video = element.querySelector('video');
        const { participantId = '', source = '', self = '' } = (element as HTMLElement).dataset;
        return {
          name: element.getAttribute('aria-label') ?? '',
          participantId,
          source,
          self: self === 'true',
          muted: element.querySelector('[data-testid=muted]') !== null,
          width: video?.videoWidth ?? 0,
          height: video?.videoHeight ?? 0,
          frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
        };
      }),
    );
  }

  /** The tile with a label, such as `Ann` or `Ann’s screen`. */
  async tile(name: string): Promise<TileState | undefined> {
    return (await this.tiles()).find((tile) => tile.name === name);
  }

  /** Frames that the tile with a label has shown. */
  async framesOf(name: string): Promise<number> {
    return (await this.tile(name))?.frames ?? 0;
  }

  /** Opens the chat, if it is not, and reads it. */
  async chat(): Promise<string> {
    const panel = this.page.getByTestId('chat');
    if (!(await panel.isVisible())) await this.press('toggle-chat');
    return (await panel.textContent()) ?? '';
  }

  /** Labels of all tiles, sorted. */
  async names(): Promise<string[]> {
    return (await this.tiles()).map((tile) => tile.name).sort();
  }

  /** Energy of all audio received so far. */
  async heard(): Promise<number> {
    const { connections } = await report(this.page);
    return connections.flatMap((c) => c.inbound).reduce((sum, stream) => sum + (stream.audioEnergy ?? 0), 0);
  }
}
