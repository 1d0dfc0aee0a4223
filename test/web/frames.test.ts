// How smooth the page is while one moves, at 1280 x 800: the frames' times, measured in the page and printed. What is
// asserted does not depend on how fast the machine is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startExplorer } from '../cli/explorer.js';
import { launchBrowser } from '../pool/browser.js';

const frames = 180;

test('while one drags and zooms the old picture moves with the pointer, and new ones follow', async (context) => {
  const { process, address } = await startExplorer();
  context.after(() => process.kill());
  const browser = await launchBrowser();
  context.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(address);
  await page.waitForSelector('#stage[data-state=exact]');
  // Two thirds of the frames a drag in a circle, then the wheel: as often as there are frames.
  const { gaps, moves, previews } = await page.evaluate(async (frames) => {
    const stage = document.getElementById('stage')!;
    const picture = document.getElementById('picture')!;
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const pointer = (type: string, x: number, y: number) =>
      stage.dispatchEvent(
        new PointerEvent(type, {
          ...{ clientX: x, clientY: y, pointerId: 1, pointerType: 'mouse', bubbles: true },
        }),
      );
    // A pointer that is not the system's cannot be captured.
    stage.setPointerCapture = () => {};
    const previews: number[] = [];
    let asked = 0;
    new MutationObserver(() => {
      if (stage.dataset.state === 'coarse' && asked > 0) {
        previews.push(performance.now() - asked);
        asked = 0;
      }
    }).observe(stage, { attributeFilter: ['data-state'] });
    const gaps: number[] = [];
    let moves = 0;
    let last = await frame();
    pointer('pointerdown', 640, 400);
    for (let i = 0; i < frames; i++) {
      const before = picture.style.transform;
      asked ||= performance.now();
      const turn = (i / 60) * Math.PI;
      if (i < (2 * frames) / 3)
        pointer('pointermove', 640 + 200 * Math.sin(turn), 400 + 150 * Math.sin(2 * turn));
      else stage.dispatchEvent(new WheelEvent('wheel', { deltaY: -40, clientX: 500, clientY: 300 }));
      if (i === (2 * frames) / 3 - 1) pointer('pointerup', 640, 400);
      if (picture.style.transform !== before) moves++;
      const now = await frame();
      gaps.push(now - last);
      last = now;
    }
    return { gaps, moves, previews };
  }, frames);
  const at = (numbers: number[], part: number) =>
    numbers.sort((a, b) => a - b)[Math.floor(part * (numbers.length - 1))]?.toFixed(1);
  context.diagnostic(
    `1280 x 800: frames ${at(gaps, 0.5)} ms in the middle, ${at(gaps, 0.95)} ms at the 95th percentile, ` +
      `${at(gaps, 1)} ms at most; a coarse picture after ${at(previews, 0.5)} ms, ${at(previews, 0.95)} ms`,
  );
  assert.equal(gaps.length, frames);
  // Every event moves the old picture at once, but the first, which is still.
  assert.ok(moves > 0.9 * frames, `${moves} moves`);
  assert.ok(previews.length > 0);
});
