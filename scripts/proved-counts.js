// The picture of docs/proved-counts.md: `node scripts/proved-counts.js`, after `npm run build`. One deep view, counted
// by perturbation with blocks of a tolerance chosen by eye, 2^-24, as in other programs (left), and by exact arithmetic
// (middle). On the right, the differences in red. Prints the number of points that differ.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { paint, parseScene, render } from 'mandoline';
import { root } from './setup.js';

const side = Number(process.argv[2] ?? 240);
const scene = parseScene({
  formula: 'z^2 + c',
  c: 'p',
  z0: [0, 0],
  iterations: 50_000,
  escape: 2,
  coloring: 'count',
  scale: 'histogram',
  palette: 'classic',
  inside: '#000000',
  // At a minibrot of period 6385 in the seahorse valley.
  view: {
    center: [
      '-0.7406101174780594986369769615156615945406037977856033135055175',
      '0.12781160526100736420417768414329543588348940597452535555800634',
    ],
    width: 1e-30,
    columns: side,
    rows: side,
  },
});
const tolerance = 2 ** -24;

/** Fractional bits of the reference. */
const bits = 200n;

function fixed(decimal) {
  const [, sign, whole, fraction] = /^(-?)(\d+)\.(\d+)$/.exec(decimal);
  const value = (BigInt(whole + fraction) << bits) / 10n ** BigInt(fraction.length);
  return sign ? -value : value;
}
const toDouble = (value) => Number(value >> (bits - 60n)) * 2 ** -60;

/** The orbit of the centre, in doubles. */
function referenceOrbit([re, im], iterations) {
  const [cx, cy] = [fixed(re), fixed(im)];
  const orbit = [];
  let [x, y] = [0n, 0n];
  for (let n = 0; n <= iterations; n++) {
    const z = [toDouble(x), toDouble(y)];
    orbit.push(z);
    if (Math.hypot(...z) > 2) break;
    [x, y] = [(((x - y) * (x + y)) >> bits) + cx, ((x * y) >> (bits - 1n)) + cy];
  }
  return orbit;
}

/**
 * Bilinear blocks: d after 2^level steps is A d + B dc if |d| < r. One step is 2 Z d + dc; its d^2 is dropped below the
 * tolerance. Blocks are merged in pairs (Zhuoran 2021, mathr 2022). The total error is not bounded.
 */
function blocks(orbit, reach) {
  const levels = [];
  let level = orbit
    .slice(1, -1)
    .map(([x, y]) => ({ ax: 2 * x, ay: 2 * y, bx: 1, by: 0, r: tolerance * 2 * Math.hypot(x, y) }));
  for (; level.length > 0; ) {
    levels.push(level);
    const merged = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      const [p, q] = [level[i], level[i + 1]];
      const a = Math.hypot(p.ax, p.ay);
      merged.push({
        ax: q.ax * p.ax - q.ay * p.ay,
        ay: q.ax * p.ay + q.ay * p.ax,
        bx: q.ax * p.bx - q.ay * p.by + q.bx,
        by: q.ax * p.by + q.ay * p.bx + q.by,
        r: Math.max(0, Math.min(p.r, (q.r - Math.hypot(p.bx, p.by) * reach) / a)),
      });
    }
    level = merged;
  }
  return levels;
}

function unprovedCount(orbit, levels, [cx, cy], iterations) {
  let [x, y, m, n] = [0, 0, 0, 0];
  while (n < iterations) {
    const distance = Math.hypot(x, y);
    let taken;
    // Blocks of level k begin at 1 + j 2^k.
    for (let k = levels.length - 1; k >= 1 && m >= 1; k--) {
      if ((m - 1) % 2 ** k !== 0 || n + 2 ** k > iterations) continue;
      const block = levels[k][(m - 1) / 2 ** k];
      if (!block || distance >= block.r) continue;
      taken = { block, steps: 2 ** k };
      break;
    }
    if (taken) {
      const { ax, ay, bx, by } = taken.block;
      [x, y] = [ax * x - ay * y + bx * cx - by * cy, ax * y + ay * x + bx * cy + by * cx];
      m += taken.steps;
      n += taken.steps;
    } else {
      const [zx, zy] = orbit[m];
      const [tx, ty] = [2 * zx + x, 2 * zy + y];
      [x, y] = [tx * x - ty * y + cx, tx * y + ty * x + cy];
      m++;
      n++;
    }
    const [zx, zy] = orbit[m];
    const [fx, fy] = [zx + x, zy + y];
    const modulus = Math.hypot(fx, fy);
    if (modulus > 2) return n - 1;
    if (modulus < Math.hypot(x, y) || m === orbit.length - 1) [x, y, m] = [fx, fy, 0];
  }
  return iterations;
}

const { view, iterations } = scene;
const { counts, exact } = await render(scene, { verify: true });
const orbit = referenceOrbit(view.center, iterations);
const spacing = view.width / side;
const levels = blocks(orbit, spacing * side);
const unproved = counts.map((_, i) => {
  const [row, column] = [Math.floor(i / side), i % side];
  return unprovedCount(
    ...[orbit, levels],
    [(column + 0.5 - side / 2) * spacing, -(row + 0.5 - side / 2) * spacing],
    iterations,
  );
});
const isWrong = (i) => counts[i] !== unproved[i];
const wrong = counts.filter((_, i) => isWrong(i)).length;

// All three panels use the colours of the correct counts.
const gap = 6;
const width = 3 * side + 2 * gap;
const data = new Uint8Array(3 * width * side).fill(255);
const put = (panel, i, [red, green, blue]) => {
  const [row, column] = [Math.floor(i / side), i % side];
  data.set([red, green, blue], 3 * (row * width + panel * (side + gap) + column));
};
const pixelsOf = async (values) => {
  const image = await paint({ rows: side, columns: side, counts: values }, scene);
  const samples = image.rows(0, side);
  return (i) =>
    image.palette ? image.palette.slice(3 * samples[i], 3 * samples[i] + 3) : samples.slice(3 * i, 3 * i + 3);
};
const [theirs, ours] = [await pixelsOf(unproved), await pixelsOf(counts)];
for (let i = 0; i < counts.length; i++) {
  put(0, i, theirs(i));
  put(1, i, ours(i));
  const grey = ours(i).reduce((sum, part) => sum + part, 0) / 6 + 100;
  put(2, i, isWrong(i) ? [230, 0, 0] : [grey, grey, grey]);
}
writeFileSync(
  join(root, 'docs', 'proved-counts.png'),
  encode({ width, height: side, data, channels: 3, depth: 8 }),
);
console.log(
  `${side} x ${side} points: ${wrong} of the unproved counts are wrong, ${((100 * wrong) / counts.length).toFixed(1)} %; ` +
    `exact: ${JSON.stringify(exact)}`,
);
