// Counts once more, for the fuzzer: formulas and their meaning in doubles, written from the documentation alone. It
// shares no code with the reference, the parser or the kernel, so that no error can be in both. A formula is written
// twice from one tree: as text for the program under test, and as JavaScript for the oracle.

/** A formula of one step. Numbers are written as they are read; `2i` is imaginary, `(1+2i)` has both parts. */
export type Tree =
  | { readonly kind: 'name'; readonly name: 'z' | 'c' | 'p' | 'previous' }
  | { readonly kind: 'number'; readonly re?: number; readonly im?: number }
  | { readonly kind: 'one'; readonly name: '-' | 'conj' | 're' | 'im' | 'abs' | 'sqrt'; readonly of: Tree }
  | { readonly kind: 'two'; readonly sign: '+' | '-' | '*' | '/'; readonly a: Tree; readonly b: Tree }
  | { readonly kind: 'power'; readonly of: Tree; readonly exponent: number };

/** The formula as a user types it. */
export function asText(tree: Tree): string {
  switch (tree.kind) {
    case 'name':
      return tree.name;
    case 'number': {
      const { re, im } = tree;
      if (im === undefined) return re! < 0 ? `(${re})` : `${re}`;
      if (re === undefined) return im < 0 ? `(${im}i)` : `${im}i`;
      return `(${re}${im < 0 ? '-' : '+'}${Math.abs(im)}i)`;
    }
    case 'one':
      return tree.name === '-' ? `(-(${asText(tree.of)}))` : `${tree.name}(${asText(tree.of)})`;
    case 'two':
      return `(${asText(tree.a)} ${tree.sign} ${asText(tree.b)})`;
    case 'power':
      return `(${asText(tree.of)})^${tree.exponent}`;
  }
}

/** The names of a value's parts in the JavaScript; a part that is absent takes no part in any arithmetic. */
interface Parts {
  readonly re?: string | undefined;
  readonly im?: string | undefined;
}

export type Step = (
  ...numbers: [zx: number, zy: number, cx: number, cy: number, px: number, py: number, qx: number, qy: number]
) => [number, number];

/** The formula as a function of z, c, p and previous. */
export function asFunction(tree: Tree): Step {
  const lines: string[] = [];
  const keep = (code: string) => {
    lines.push(`const t${lines.length} = ${code};`);
    return `t${lines.length - 1}`;
  };
  const minus = (a: string | undefined) => (a === undefined ? undefined : keep(`-${a}`));
  const plus = (a: string | undefined, b: string | undefined) =>
    a === undefined ? b : b === undefined ? a : keep(`${a} + ${b}`);
  const times = (a: string | undefined, b: string | undefined) =>
    a === undefined || b === undefined ? undefined : keep(`${a} * ${b}`);
  const over = (a: string | undefined, b: string) => (a === undefined ? undefined : keep(`${a} / ${b}`));
  const product = (v: Parts, w: Parts): Parts => ({
    re: plus(times(v.re, w.re), minus(times(v.im, w.im))),
    im: plus(times(v.re, w.im), times(v.im, w.re)),
  });

  function quotient(v: Parts, w: Parts): Parts {
    if (w.im === undefined) return { re: over(v.re, w.re!), im: over(v.im, w.re!) };
    if (w.re === undefined) return { re: over(v.im, w.im), im: minus(over(v.re, w.im)) };
    const square = keep(`${w.re} * ${w.re} + ${w.im} * ${w.im}`);
    const { re, im } = product(v, { re: w.re, im: minus(w.im) });
    return { re: over(re, square), im: over(im, square) };
  }

  function modulus({ re, im }: Parts): string {
    if (re !== undefined && im !== undefined) return keep(`Math.sqrt(${re} * ${re} + ${im} * ${im})`);
    return keep(`Math.abs(${re ?? im})`);
  }

  function value(tree: Tree): Parts {
    switch (tree.kind) {
      case 'name': {
        const letter = tree.name === 'previous' ? 'q' : tree.name;
        return { re: `${letter}x`, im: `${letter}y` };
      }
      case 'number': {
        const part = (x: number | undefined) => (x === undefined ? undefined : keep(`${x}`));
        return { re: part(tree.re), im: part(tree.im) };
      }
      case 'one': {
        const { re, im } = value(tree.of);
        if (tree.name === '-') return { re: minus(re), im: minus(im) };
        if (tree.name === 'conj') return { re, im: minus(im) };
        if (tree.name === 're') return { re: re ?? keep('0') };
        if (tree.name === 'im') return { re: im ?? keep('0') };
        const size = modulus({ re, im });
        if (tree.name === 'abs') return { re: size };
        const [x, y] = [re ?? '0', im ?? '0'];
        const part = keep(`Math.sqrt((${size} - ${x}) / 2)`);
        return {
          re: keep(`Math.sqrt((${size} + ${x}) / 2)`),
          im: keep(`${y} < 0 || Object.is(${y}, -0) ? -${part} : ${part}`),
        };
      }
      case 'two': {
        const [v, w] = [value(tree.a), value(tree.b)];
        if (tree.sign === '*') return product(v, w);
        if (tree.sign === '/') return quotient(v, w);
        const other = tree.sign === '+' ? w : { re: minus(w.re), im: minus(w.im) };
        return { re: plus(v.re, other.re), im: plus(v.im, other.im) };
      }
      case 'power': {
        // From the exponent's highest bit down: z^5 is (z^2)^2 * z.
        const base = value(tree.of);
        let result = base;
        for (const bit of tree.exponent.toString(2).slice(1)) {
          result = product(result, result);
          if (bit === '1') result = product(result, base);
        }
        return result;
      }
    }
  }

  const { re = '0', im = '0' } = value(tree);
  const parameters = ['zx', 'zy', 'cx', 'cy', 'px', 'py', 'qx', 'qy'];
  return new Function(...parameters, `${lines.join('\n')}\nreturn [${re}, ${im}];`) as Step;
}

export interface Job {
  readonly step: Step;
  readonly c: readonly [number, number] | 'p';
  readonly z0: readonly [number, number] | 'p';
  readonly iterations: number;
  readonly escape: 'overflow' | number | { readonly converged: number; readonly bailout?: number };
}

/**
 * How many steps leave sample point (px, py) not escaped; undefined where that is not known after `most` steps. An orbit
 * that repeats itself bit for bit never escapes.
 */
export function countSlowly(job: Job, px: number, py: number, most: number): number | undefined {
  const { step, iterations, escape } = job;
  const [cx, cy] = job.c === 'p' ? [px, py] : job.c;
  let [zx, zy] = job.z0 === 'p' ? [px, py] : job.z0;
  let [qx, qy] = [0, 0];
  let [keptAt, kept] = [1, [zx, zy, qx, qy]];
  for (let n = 0; n < iterations; n++) {
    if (n > most) return undefined;
    const [x, y] = step(zx, zy, cx, cy, px, py, qx, qy);
    if (leaves(escape, x, y, x - zx, y - zy)) return n;
    [qx, qy, zx, zy] = [zx, zy, x, y];
    const state = [zx, zy, qx, qy];
    if (state.every((each, i) => Object.is(each, kept[i]))) return iterations;
    if (n === keptAt) [keptAt, kept] = [2 * n, state];
  }
  return iterations;
}

function leaves(escape: Job['escape'], x: number, y: number, dx: number, dy: number): boolean {
  if (escape === 'overflow') return !isFinite(x, y);
  if (typeof escape === 'number') return !(x * x + y * y <= escape * escape);
  const { converged, bailout } = escape;
  const moved = dx * dx + dy * dy;
  if (!(moved >= converged * converged) || moved === Infinity) return true;
  return bailout !== undefined && !(x * x + y * y <= bailout * bailout);
}

/** Whether the exact root of x^2 + y^2 rounds to a finite double: whether it is below (max + 2^1024) / 2. */
function isFinite(x: number, y: number): boolean {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return false;
  const [a, b] = [Math.abs(x), Math.abs(y)];
  if (Math.max(a, b) < 2 ** 1023) return true;
  const middle = (BigInt(Number.MAX_VALUE) + (1n << 1024n)) / 2n;
  // What is cut off below 1 is far less than the squares of two doubles of that size differ by.
  return BigInt(Math.trunc(a)) ** 2n + BigInt(Math.trunc(b)) ** 2n < middle ** 2n;
}
