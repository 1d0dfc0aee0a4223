// The arithmetics of the kernels keep the bound u of their relative errors, which all proofs rest on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubleArithmetic, pairArithmetic, scaledArithmetic } from '../../src/exact/arithmetic.js';
import { type Arithmetic, compileText } from '../../src/exact/compile.js';
import { type Dyadic, dyadicOf, negative, sum } from '../../src/exact/dyadic.js';
import { isLong } from '../support.js';
import { sequence } from './views.js';

const text = `
function work(at: int) {
  let a = load_real(at);
  let b = load_real(at + 16);
  store(at + 32, a + b);
  store(at + 48, a - b);
  store(at + 64, a * b);
}
function bounds(at: int) {
  let a = complex(load_real(at), load_real(at + 16));
  store(at + 96, n1(a));
  store(at + 112, modulus(a));
}
`;

const product = (a: Dyadic, b: Dyadic): Dyadic => ({ m: a.m * b.m, e: a.e + b.e });
const absolute = ({ m, e }: Dyadic): Dyadic => ({ m: m < 0n ? -m : m, e });
const isAtMost = (a: Dyadic, b: Dyadic) => sum(b, negative(a)).m >= 0n;

function start(arithmetic: Arithmetic) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(compileText(arithmetic, text));
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  const view = new DataView(memory.buffer);
  const isScaled = arithmetic.name === 'scaled';
  return {
    ...(exports as unknown as { work(at: number): void; bounds(at: number): void }),
    write(at: number, high: number, second: number) {
      view.setFloat64(at, high, true);
      if (isScaled) view.setInt32(at + 8, high === 0 ? -(2 ** 28) : second, true);
      else view.setFloat64(at + 8, second, true);
    },
    real(at: number): Dyadic {
      const high = dyadicOf(view.getFloat64(at, true));
      if (isScaled) return { m: high.m, e: high.e + (high.m === 0n ? 0 : view.getInt32(at + 8, true)) };
      return arithmetic.name === 'pair' ? sum(high, dyadicOf(view.getFloat64(at + 8, true))) : high;
    },
    mag(at: number): Dyadic {
      const { m, e } = dyadicOf(view.getFloat64(at, true));
      return { m, e: isScaled && m !== 0n ? e + view.getInt32(at + 8, true) : e };
    },
  };
}

const units = { double: -53, pair: -102, scaled: -53 } as const;
for (const arithmetic of [doubleArithmetic, pairArithmetic, scaledArithmetic])
  test(`errors of + - * are below the unit, and moduli are bounds: ${arithmetic.name}`, () => {
    const machine = start(arithmetic);
    const unit: Dyadic = { m: 1n, e: units[arithmetic.name as keyof typeof units] };
    const random = sequence(3);
    const mantissa = () => (1 + random(2 ** 30) / 2 ** 30 + random(2 ** 22) / 2 ** 52) * (random(2) ? 1 : -1);
    const number = (at: number, near: number) => {
      const high = random(20) === 0 ? 0 : mantissa();
      if (arithmetic.name === 'scaled') return machine.write(at, high, near * 50 + random(120) - 60);
      const size = high * 2 ** (near + random(120) - 60);
      machine.write(at, size, arithmetic.name === 'pair' ? size * 2 ** -54 * (random(2 ** 30) / 2 ** 30) : 0);
    };
    for (let i = 0; i < (isLong ? 100_000 : 3000); i++) {
      const near = random(200) - 100;
      number(0, near);
      number(16, near);
      machine.work(0);
      machine.bounds(0);
      const [a, b] = [machine.real(0), machine.real(16)];
      for (const [at, exact] of [
        [32, sum(a, b)],
        [48, sum(a, negative(b))],
        [64, product(a, b)],
      ] as const) {
        const error = absolute(sum(machine.real(at), negative(exact)));
        assert.ok(isAtMost(error, product(absolute(exact), unit)), `${i}: operation at ${at}`);
      }
      const square = sum(product(a, a), product(b, b));
      const [n1, modulus] = [machine.mag(96), machine.mag(112)];
      assert.ok(isAtMost(sum(absolute(a), absolute(b)), n1), `${i}: n1`);
      assert.ok(isAtMost(square, product(modulus, modulus)), `${i}: modulus`);
    }
  });
