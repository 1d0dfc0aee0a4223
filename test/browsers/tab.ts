// A page in a browser other than Chromium, and what tests do with it. The browsers speak the W3C's protocols themselves:
// Firefox WebDriver BiDi (firefox.ts), WebKit WebDriver (webkit.ts). No library drives both as Debian builds them:
// Playwright needs builds of its own, Puppeteer has no WebKit, and Selenium and WebdriverIO need geckodriver for Firefox.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { patience } from '../patience.js';
import { isLong } from '../support.js';

/** Sources of input with their actions, as in W3C WebDriver's "Perform Actions". */
export type Actions = readonly object[];

/** What each browser does its own way. */
export interface Driver {
  /** The folder of its downloads. */
  readonly downloads: string;
  /** Errors that scripts of its pages threw and nobody caught. */
  readonly errors: readonly string[];
  go(address: string): Promise<void>;
  reload(): Promise<void>;
  /** Evaluates an expression in the page: a promise of a string. */
  evaluate(expression: string): Promise<string>;
  act(actions: Actions): Promise<void>;
  /** Ends the browser and all of its processes. */
  close(): Promise<void>;
}

/** A browser that may be installed here. */
export interface Kind {
  readonly name: string;
  /** Its programs, and the Debian packages that have them. */
  readonly programs: readonly string[];
  readonly packages: readonly string[];
  launch(): Promise<Driver>;
}

/** Why a browser's tests are skipped; false where they run. */
export function whySkipped({ programs, packages }: Kind): string | false {
  if (!isLong) return 'runs with MANDOLINE_STRESS=long';
  const folders = (process.env.PATH ?? '').split(delimiter);
  const missing = programs.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
  return missing.length > 0 && `${missing.join(' and ')}: not found; install ${packages.join(' ')}`;
}

/** Keys that have no character, as WebDriver writes them. */
const keys: Readonly<Record<string, string>> = { Escape: '\uE00C', Enter: '\uE007', ArrowLeft: '\uE012' };

/** A browser's only tab. */
export class Tab {
  readonly driver: Driver;

  constructor(driver: Driver) {
    this.driver = driver;
  }

  /** Calls a function in the page; its arguments and its result are copied as JSON. */
  async call<A extends readonly unknown[], T>(run: (...given: A) => T, ...given: A): Promise<Awaited<T>> {
    const outcome = JSON.parse(
      await this.driver.evaluate(`(async () => {
        try { return JSON.stringify({ value: await (${run})(...${JSON.stringify(given)}) }); }
        catch (error) { return JSON.stringify({ error: String(error) + '\\n' + error?.stack }); }
      })()`),
    );
    assert.ok(!('error' in outcome), outcome.error);
    return outcome.value;
  }

  /** Waits in the page until something is so there. Gives up before the test's limit, and Node's of 300 s for an answer, to say on what. */
  async until<A extends readonly unknown[]>(isSo: (...given: A) => boolean, ...given: A): Promise<void> {
    const wait = `async (...given) => {
      for (let looks = 0; looks < ${patience / 60}; looks++) {
        if ((${isSo})(...given)) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(${JSON.stringify(`never so: ${isSo}`)});
    }`;
    await this.call(wait as unknown as (...given: A) => void, ...given);
  }

  press(key: string): Promise<void> {
    const value = keys[key] ?? key;
    const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value }));
    return this.driver.act([{ type: 'key', id: 'keyboard', actions }]);
  }

  /** Turns the wheel over a place: up is negative. */
  wheel(x: number, y: number, deltaY: number): Promise<void> {
    return this.driver.act([
      { type: 'wheel', id: 'wheel', actions: [{ type: 'scroll', x, y, deltaX: 0, deltaY }] },
    ]);
  }

  /** Drags from one place to another. */
  drag(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const move = ([x, y]: readonly [number, number]) => ({ type: 'pointerMove', x, y, duration: 0 });
    const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2].map(Math.round) as [number, number];
    const [down, up] = ['pointerDown', 'pointerUp'].map((type) => ({ type, button: 0 }));
    const actions = [move(from), down, move(middle), move(to), up];
    return this.driver.act([{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }]);
  }

  /** Clicks into the middle of an element, once it stays where it is and takes clicks. */
  async click(selector: string): Promise<void> {
    await this.until((selector) => {
      const element = document.querySelector<HTMLElement>(selector);
      if (!element || element.matches(':disabled')) return false;
      element.scrollIntoView({ block: 'nearest' });
      const { left, top, width, height } = element.getBoundingClientRect();
      const [x, y] = [Math.round(left + width / 2), Math.round(top + height / 2)];
      const { place } = element.dataset;
      element.dataset.place = `${x},${y}`;
      return place === element.dataset.place && element.contains(document.elementFromPoint(x, y));
    }, selector);
    const place = await this.call(
      (selector) => document.querySelector<HTMLElement>(selector)!.dataset.place!.split(',').map(Number),
      selector,
    );
    await this.drag(place as [number, number], place as [number, number]);
  }
}
