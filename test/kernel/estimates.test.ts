// The functions that channels are made of: as close as they say, and on vectors the bits of plain TypeScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble, FunctionBody, i32 } from '../../src/assembler.js';
import { Code } from '../../src/kernel/code.js';
import { binaryLogarithm, turns } from '../../src/kernel/estimates.js';
import { runCode } from '../../src/kernel/orbit.js';
import { codeEmitter } from '../../src/kernel/step.js';
import { isLong } from '../support.js';
import { anyDouble, seeded } from './checksums.js';

const code = new Code();
const logarithm = binaryLogarithm(code, code.input('aRe'));
const angle = turns(code, { re: code.input('aRe'), im: code.input('bRe') });
const values = new Float64Array(code.instructions.length);
/** The logarithm of a, and the argument of a + i b, by plain TypeScript. */
function plain(a: number, b: number): [number, number] {
  runCode(code.instructions, (name) => (name === 'aRe' ? a : b), values);
  return [values[logarithm]!, values[angle]!];
}

test('logarithms and angles are as close as they say', () => {
  const next = seeded(911);
  for (let i = 0; i < 100_000; i++) {
    const a = 2 ** ((next() / 2 ** 32) * 200 - 100);
    assert.ok(Math.abs(plain(a, 1)[0] - Math.log2(a)) < 1.2e-12 + 2e-14 * Math.abs(Math.log2(a)), `${a}`);
    const [x, y] = [next() - 2 ** 31, next() - 2 ** 31];
    const known = (Math.atan2(y, x) / (2 * Math.PI) + 1) % 1;
    const off = Math.abs(plain(x, y)[1] - known);
    assert.ok(Math.min(off, 1 - off) < 4e-8, `${x}, ${y}`);
  }
});

test('the axes have whole quarters of a turn, and no argument is 0', () => {
  const angles = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
    [1, -0],
    [0, 0],
    [Number.NaN, 1],
  ].map(([re, im]) => plain(re!, im!)[1]);
  assert.ok(angles.every((angle, i) => Math.abs(angle - [0, 0.25, 0.5, 0.75, 0, 0, 0][i]!) < 1e-9));
});

test('on vectors the bits are those of plain TypeScript', () => {
  const run = new FunctionBody({ parameters: [i32], results: [] });
  const { emit, push } = codeEmitter(run, code.instructions, new Map());
  const input = (name: string) => {
    run.get(0).load(name === 'aRe' ? 0 : 16);
  };
  emit(input);
  for (const [i, position] of [logarithm, angle].entries()) {
    run.get(0);
    push(position, input);
    run.store(32 + 16 * i);
  }
  const module = new WebAssembly.Module(assemble({ imports: [], exports: [{ name: 'run', body: run }] }));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(module, { host: { memory } });
  const cells = new Float64Array(memory.buffer, 0, 8);
  const next = seeded(4321);
  const special = [
    ...[0, -0, 5e-324, 2 ** -1022, 2 ** -1023, 1, Math.SQRT1_2, Math.SQRT2, 1 + 2 ** -52, -1],
    ...[1e251, 1e-251, Number.MAX_VALUE, Infinity, -Infinity, Number.NaN],
  ];
  const pairs = special.flatMap((a) => special.map((b) => [a, b] as const));
  for (let i = 0; i < (isLong ? 500_000 : 10_000); i++) {
    pairs.push([Math.abs(anyDouble(next)), anyDouble(next)]);
    // Near 1 for the logarithm, and of any angle.
    pairs.push([1 + (next() - 2 ** 31) * 2 ** -40, (next() - 2 ** 31) * 2 ** -30]);
  }
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const [[a, b], [c, d]] = [pairs[i]!, pairs[i + 1]!];
    cells.set([a, c, b, d]);
    (instance.exports.run as (address: number) => void)(0);
    const [first, second] = [plain(a, b), plain(c, d)];
    const expected = [first[0], second[0], first[1], second[1]];
    assert.deepEqual([...cells.subarray(4)], expected, `${a}, ${b} and ${c}, ${d}`);
  }
});
