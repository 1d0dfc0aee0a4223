// How many iterations the page chooses by itself, by the library's own counts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery, inPixels, prepare, type ViewScene } from 'mandoline';
import {
  AutomaticIterations,
  areTooFew,
  atOnce,
  type Effort,
  enoughIterations,
  mostIterations,
  refining,
  sparse,
} from '../../web/iterations.js';

const mandelbrot = inPixels(gallery.mandelbrot!.scene, 640, 480);
const at = (re: string, im: string, width: number): ViewScene => ({
  ...mandelbrot,
  view: { ...mandelbrot.view, center: [re, im], width },
});
/** What the page begins from at a view of the default scene. */
function leastAt(scene: ViewScene): number {
  const automatic = new AutomaticIterations();
  automatic.open(mandelbrot);
  automatic.leave();
  return automatic.least(Number(scene.view.width))!;
}
const enough = (scene: ViewScene, effort: Effort, least: number) =>
  enoughIterations(least, effort, async (most) => {
    return (await prepare(sparse(scene, effort.points, most)).compute()).counts;
  });
/** The share of points that remain, of others than those that were looked at. */
async function black(scene: ViewScene, iterations: number): Promise<number> {
  const { counts } = await prepare(sparse(scene, 4000, iterations)).compute();
  return counts.filter((count) => count === iterations).length / counts.length;
}

const seahorse = ['-0.743643887037151', '0.131825904205330'] as const;
const places: [name: string, scene: ViewScene][] = [
  ...[4e-2, 4e-4, 4e-6, 4e-8, 4e-10, 1.9e-12].map(
    (width) => [`seahorse valley, ${width} wide`, at(...seahorse, width)] as [string, ViewScene],
  ),
  ['spirals', at('-0.745428', '0.113009', 4e-6)],
  ['elephants', at('0.2925755', '-0.0149977', 4e-4)],
  ['a minibrot and what is around it', at('-1.7548776662466927', '0', 0.05)],
  ['filaments', at('-0.10109636384562', '0.95628651080914', 1e-7)],
  ['outside of everything', at('2', '2', 0.1)],
];
for (const [name, scene] of places)
  test(`hardly a point that escapes is black: ${name}`, async () => {
    const first = await enough(scene, atOnce, leastAt(scene));
    const [shown, much] = [await black(scene, first), await black(scene, 20 * first)];
    assert.ok(shown - much < 0.01, `${first}: ${shown}, not ${much}`);
  });

test('a closer look finds what the first one left', async () => {
  const scene = at(...seahorse, 4e-2);
  const first = await enough(scene, atOnce, leastAt(scene));
  const better = await enough(scene, refining, first);
  assert.ok(better > first);
  assert.ok((await black(scene, better)) - (await black(scene, 20 * better)) < 0.005);
});

test('where all is inside it ends, with the least number', async () => {
  const inside = at('-1.7548776662466927', '0', 1e-6);
  assert.equal(await enough(inside, atOnce, 900), 900);
  assert.equal(await enough(inside, refining, 900), 900);
});

test('what escapes only after a long time in which nothing does is found', async () => {
  // No view of a formula: all points escape in the same step.
  const found = await enoughIterations(200, atOnce, async (most) =>
    new Array(100).fill(Math.min(most, 9000)),
  );
  assert.equal(found, 200 * 2 ** 6);
  const [least, most] = [mostIterations, mostIterations];
  assert.equal(await enoughIterations(least, atOnce, async () => assert.fail('counts in vain')), most);
});

test('while one moves, a picture whose points escape late or not at all asks for more, up to a limit', () => {
  assert.equal(areTooFew([100, 100, 100], 100), true);
  assert.equal(areTooFew([1, 2, 60, 100], 100), true);
  assert.equal(areTooFew([1, 2, 3, 100], 100), false);
  assert.equal(areTooFew(new Uint32Array(50_000).fill(1e6), 1e6), false);
});

test('a scene that was opened keeps its iterations; what follows depends on the width, not on the way there', () => {
  const automatic = new AutomaticIterations();
  automatic.open({ ...mandelbrot, iterations: 300 });
  assert.equal(automatic.least(Number(mandelbrot.view.width)), undefined);
  automatic.leave();
  const width = Number(mandelbrot.view.width);
  const [wide, narrow] = [automatic.least(width), automatic.least(3e-6)];
  assert.equal(wide, 300);
  assert.ok(narrow! > wide!);
  automatic.learn(16 * narrow!, 3e-6);
  assert.equal(automatic.at(3e-6), 16 * narrow!);
  assert.deepEqual([automatic.least(width), automatic.least(3e-6)], [wide, narrow]);
  automatic.isOn = false;
  assert.equal(automatic.least(width), undefined);
});
