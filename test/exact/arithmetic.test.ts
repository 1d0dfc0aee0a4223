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
function next(at: int) {
  let Z = complex(load_real(at), load_real(at + 16));
  let d = complex(load_real(at + 32), load_real(at + 48));
  let dc = complex(load_real(at + 64), load_real(at + 80));
  let result = next_distance(Z, d, dc);
  store(at + 96, result.re);
  store(at + 112, result.im);
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
    ...(exports as unknown as Record<'work' | 'bounds' | 'next', (at: number) => void>),
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

for (const arithmetic of [doubleArithmetic, pairArithmetic, scaledArithmetic])
  test(`a step of perturbation keeps its bound, also where it cancels: ${arithmetic.name}`, () => {
    const machine = start(arithmetic);
    const isPair = arithmetic.name === 'pair';
    const random = sequence(4);
    const write = (at: number, size: number) => {
      const low = isPair ? size * 2 ** -54 * (random(2 ** 30) / 2 ** 30) : 0;
      machine.write(at, size, low);
    };
    const parts = (at: number) => [machine.real(at), machine.real(at + 16)] as const;
    const about = () =>
      ((random(2 ** 30) - 2 ** 29) / 2 ** 29 + random(2 ** 22) / 2 ** 52) * 2 ** -random(40);
    const double = ({ m, e }: Dyadic) => ({ m, e: e + 1 });
    const toNumber = ({ m, e }: Dyadic) => Number(m) * 2 ** e;
    for (let i = 0; i < (isLong ? 100_000 : 2000); i++) {
      for (let at = 0; at < 96; at += 16) write(at, about());
      // d next to -2 Z, or dc next to minus the rest.
      if (i % 4 === 1)
        for (const at of [0, 16]) write(at + 32, -2 * toNumber(machine.real(at)) * (1 + 2 ** -random(60)));
      machine.next(0);
      if (i % 4 === 2) {
        const rest = parts(96).map(toNumber);
        for (const j of [0, 1]) write(64 + 16 * j, toNumber(machine.real(64 + 16 * j)) - rest[j]!);
        machine.next(0);
      }
      const [[x, y], [a, b], [cx, cy]] = [parts(0), parts(32), parts(64)];
      const [s, t] = [sum(double(x), a), sum(double(y), b)];
      const re = sum(sum(product(s, a), negative(product(t, b))), cx);
      const im = sum(sum(product(s, b), product(t, a)), cy);
      const [gotRe, gotIm] = parts(96);
      const error = Math.hypot(toNumber(sum(gotRe, negative(re))), toNumber(sum(gotIm, negative(im))));
      const size = (p: Dyadic, q: Dyadic) => Math.hypot(toNumber(p), toNumber(q));
      const { NOISE, U } = arithmetic.constants as { NOISE: number; U: number };
      const most = U * ((NOISE / 4) * (2 * size(x, y) + size(a, b)) * size(a, b) + 4 * size(cx, cy));
      assert.ok(error <= most * (1 + 2 ** -20), `${i}: ${error} > ${most}`);
    }
  });
