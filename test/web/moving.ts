// How smooth the page is while one moves, at 1280 x 800: the frames' times, measured in the page and printed. What is
// asserted does not depend on how fast the machine is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './tab.js';

const frames = 90;

test('while one drags and zooms the old picture moves with the pointer, and new ones follow', async (context) => {
  const page = await open(context, '#f=mandelbrot&samples=1', { viewport: { width: 1280, height: 800 } });
  // Two thirds of the frames a drag in a circle, then the wheel: as often as there are frames.
  const { gaps, moves, previews, panels } = await page.evaluate(async (frames) => {
    const stage = document.getElementById('stage')!;
    const layer = document.getElementById('exact')!;
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const pointer = (type: string, x: number, y: number) =>
      stage.dispatchEvent(
        new PointerEvent(type, {
          clientX: x,
          clientY: y,
          pointerId: 1,
          pointerType: 'mouse',
          bubbles: true,
        }),
      );
    // A pointer that is not the system's cannot be captured.
    stage.setPointerCapture = () => {};
    /** After how many frames a coarse picture followed. */
    const previews: number[] = [];
    let asked: number | undefined;
    let framesSoFar = 0;
    new MutationObserver(() => {
      if (stage.dataset.state === 'coarse' && asked !== undefined) {
        previews.push(framesSoFar - asked);
        asked = undefined;
      }
    }).observe(stage, { attributeFilter: ['data-state'] });
    // While dragging, nobody reads numbers; a turn of the wheel may be long enough after the last for a view to settle.
    let isDrag = true;
    let panels = 0;
    for (const panel of document.querySelectorAll('.panel'))
      new MutationObserver((changes) => {
        if (isDrag) panels += changes.length;
      }).observe(panel, { subtree: true, childList: true, characterData: true });
    const gaps: number[] = [];
    let moves = 0;
    let last = await frame();
    pointer('pointerdown', 640, 400);
    for (let i = 0; i < frames; i++) {
      const before = layer.style.transform;
      asked ??= framesSoFar;
      const turn = ((i + 1) / 60) * Math.PI;
      isDrag = i < (2 * frames) / 3;
      if (isDrag) pointer('pointermove', 640 + 200 * Math.sin(turn), 400 + 150 * Math.sin(2 * turn));
      else stage.dispatchEvent(new WheelEvent('wheel', { deltaY: -40, clientX: 500, clientY: 300 }));
      if (layer.style.transform !== before) moves++;
      const now = await frame();
      framesSoFar++;
      gaps.push(now - last);
      last = now;
    }
    pointer('pointerup', 640, 400);
    return { gaps, moves, previews, panels };
  }, frames);
  const at = (numbers: number[], part: number) =>
    numbers.sort((a, b) => a - b)[Math.floor(part * (numbers.length - 1))]?.toFixed(1);
  context.diagnostic(
    `1280 x 800: frames ${at(gaps, 0.5)} ms in the middle, ${at(gaps, 0.95)} ms at the 95th percentile, ` +
      `${at(gaps, 1)} ms at most; a coarse picture after ${at(previews, 0.5)} frames, ${at(previews, 0.95)} frames`,
  );
  assert.equal(gaps.length, frames);
  // Every event moves the old picture at once, and while one drags no panel is written to.
  assert.ok(moves > 0.9 * frames, `${moves} moves`);
  assert.equal(panels, 0);
  await page.waitForSelector('#stage[data-state=exact]');
  assert.ok(previews.length > 0);
});
