import type { Page } from 'playwright-core';

/** More tab stops than any view has. */
const MOST_STOPS = 120;

/** What has the focus. */
export interface TabStop {
  readonly name: string;
  /** Whether it, or what it belongs to, is drawn as focused. */
  readonly isMarked: boolean;
  /** Whether some of it is on the screen with nothing over it. */
  readonly isSeen: boolean;
}

/** Presses Tab and tells where that leads; undefined where it leaves the page. */
async function pressTab(page: Page): Promise<TabStop | undefined> {
  await page.keyboard.press('Tab');
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) {
      return undefined;
    }
    // What is drawn in place of an input that is not drawn itself.
    const label = element.closest('label');
    const drawn = [element, label, element.nextElementSibling, element.closest('.frame')].filter(
      (each) => each !== null,
    );
    const isMarked = drawn.some((each) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
    });
    const box = (label ?? element).getBoundingClientRect();
    const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
    const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const isSeen =
      right > left &&
      bottom > top &&
      hit !== null &&
      drawn.some((each) => each.contains(hit) || hit.contains(each));
    const name =
      element.getAttribute('aria-label') ??
      (element as Partial<HTMLInputElement>).labels?.[0]?.textContent ??
      element.textContent ??
      '';
    return { name: name.trim(), isMarked, isSeen };
  });
}

/** All tab stops in their order, from the top of the page until Tab leaves it. */
export async function tabStops(page: Page): Promise<readonly TabStop[]> {
  const stops: TabStop[] = [];
  while (stops.length < MOST_STOPS) {
    const stop = await pressTab(page);
    if (stop === undefined) {
      return stops;
    }
    stops.push(stop);
  }
  throw new Error(`Tab does not leave the page: ${stops.map(({ name }) => name).join(', ')}.`);
}

/** Presses Tab until what has the focus is called so. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < MOST_STOPS; i++) {
    if (name.test((await pressTab(page))?.name ?? '')) {
      return;
    }
  }
  throw new Error(`No tab stop is called ${String(name)}.`);
}
