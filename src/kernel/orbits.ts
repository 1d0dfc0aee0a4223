// Orbits that are followed once more, after their counts are known: how far, with which slopes, how near to a trap. One
// function of a WebAssembly module of its own moves many orbits on, two in a vector; `followReference` does the same in
// plain TypeScript, bit for bit. What the ends of orbits mean is trace.ts's.

import { assemble, FunctionBody, i32, v128 } from '../assembler.js';
import type { Trap } from '../scene/scene.js';
import { Code, type InputName, type Instruction } from './code.js';
import { realFunctions } from './functions.js';
import type { KernelJob } from './reference.js';
import { type SlopedStep, slopedStep } from './slopes.js';
import { codeEmitter, functionsIn, hostSignature, readsPrevious } from './step.js';

/**
 * The state of an orbit, a double for each; of two orbits each lie side by side. `taken` steps lie behind it. It takes
 * at most `most` in all, and ends sooner where z is within `near` of the mark (a square; below 0: it never is), or
 * where, after at least `from` steps, |z|^2 is not below `outside`. `least` is the least that the trap's code gave.
 */
const fieldNames = [
  ...(['zRe', 'zIm', 'previousRe', 'previousIm', 'pRe', 'pIm'] as const),
  ...(['dRe', 'dIm', 'gRe', 'gIm', 'previousDRe', 'previousDIm', 'previousGRe', 'previousGIm'] as const),
  ...(['taken', 'from', 'most', 'outside', 'markRe', 'markIm', 'near', 'least'] as const),
] as const;
type FieldName = (typeof fieldNames)[number];
/** Where each field lies in the state of the first of two orbits, in doubles. */
export const fields = Object.fromEntries(fieldNames.map((name, index) => [name, 2 * index])) as Readonly<
  Record<FieldName, number>
>;
/** Doubles of the states of two orbits. */
export const pairLength = 2 * fieldNames.length;
/** Orbits that are moved on in one call; even. */
export const orbitsAtOnce = 512;
const pairBytes = 8 * pairLength;
const pageBytes = 2 ** 16;

/** Where a field of an orbit lies among the states. */
export const placeOf = (orbit: number, field: number): number =>
  (orbit >> 1) * pairLength + field + (orbit & 1);

/** What is done to an orbit besides taking its steps. */
export interface FollowOptions {
  readonly hasSlopes: boolean;
  readonly trap: Trap | undefined;
}

/** A step with all that is done in it: who moves on, as a mask, and what becomes of the fields of those who do. */
interface FollowedStep {
  readonly instructions: readonly Instruction[];
  readonly goesOn: number;
  readonly next: ReadonlyMap<string, number>;
}

function followedStep(job: KernelJob, { hasSlopes, trap }: FollowOptions): FollowedStep {
  const code = new Code();
  const sloped = slopedStep(code, job, hasSlopes);
  const input = (name: string) => code.input(name);
  const hasPrevious = readsPrevious(code.instructions);
  const next = new Map<string, number>();
  for (const [name, parts] of Object.entries({ z: sloped.z, d: sloped.d, g: sloped.g })) {
    if (!parts) continue;
    next.set(`${name}Re`, parts.re).set(`${name}Im`, parts.im);
    if (!hasPrevious) continue;
    const before = name === 'z' ? 'previous' : `previous${name.toUpperCase()}`;
    next.set(`${before}Re`, input(`${name}Re`)).set(`${before}Im`, input(`${name}Im`));
  }
  next.set('taken', code.real('add', input('taken'), code.constant(1)));
  if (trap) {
    const distance = trapDistance(code, trap, sloped.z);
    const isNearer = code.real('less', distance, input('least'));
    next.set('least', code.select(isNearer, distance, input('least')));
  }
  const square = (re: number, im: number) => code.sum(code.product(re, re), code.product(im, im));
  const isInside = code.real('less', square(input('zRe'), input('zIm')), input('outside'));
  const isEarly = code.real('less', input('taken'), input('from'));
  const away = square(
    code.real('subtract', input('zRe'), input('markRe')),
    code.real('subtract', input('zIm'), input('markIm')),
  );
  const goesOn = code.real(
    'and',
    code.real('less', input('taken'), input('most')),
    code.real('and', code.select(isEarly, isEarly, isInside), code.real('less', input('near'), away)),
  );
  return { instructions: code.instructions, goesOn, next };
}

/** How far z is from a trap; from a point, the square of that. */
function trapDistance(code: Code, trap: Trap, z: SlopedStep['z']): number {
  const kind = 'point' in trap ? trap.point : 'line' in trap ? trap.line : trap.circle;
  const x = code.real('subtract', z.re, code.constant(kind[0]));
  const y = code.real('subtract', z.im, code.constant(kind[1]));
  if ('line' in trap) {
    const angle = 2 * Math.PI * trap.line[2];
    const [cos, sin] = [realFunctions.cos(angle), realFunctions.sin(angle)];
    const across = [code.product(y, code.constant(cos)), code.product(x, code.constant(sin))] as const;
    return code.absolute(code.real('subtract', ...across));
  }
  const square = code.sum(code.product(x, x), code.product(y, y));
  if ('point' in trap) return square;
  return code.absolute(code.real('subtract', code.root(square), code.constant(trap.circle[2])));
}

/** States of `orbitsAtOnce` orbits, and what moves the first so many of them on until all have ended. */
export interface Follower {
  readonly states: Float64Array;
  readonly follow: (orbits: number) => void;
}

/** The module that follows orbits of a job: imports `host.memory` and functions, exports `follow(pairs)`. */
export function compileFollow(job: KernelJob, options: FollowOptions): WebAssembly.Module {
  const { instructions, goesOn, next } = followedStep(job, options);
  const names = functionsIn(instructions);
  const body = new FunctionBody({ parameters: [i32], results: [] });
  const address = body.local(i32);
  const mask = body.local(v128);
  const locals = new Map<string, number>();
  const constants = constantInputs(job);
  const loaded = new Set<string>(next.keys());
  for (const each of instructions)
    if (each.kind === 'input' && !constants.has(each.name)) loaded.add(stateName(each.name));
  for (const name of loaded) locals.set(name, body.local(v128));
  const { emit, push } = codeEmitter(body, instructions, new Map(names.map((name, i) => [name, i])));
  const input = (name: InputName) => {
    if (constants.has(name)) body.f64x2(constants.get(name)!);
    else body.get(locals.get(stateName(name))!);
  };
  const offsetOf = (name: string) => 8 * fieldOf(name);
  body.i32(0).set(address);
  body.get(0).if(() => {
    body.loop((nextPair) => {
      for (const [name, local] of locals) body.get(address).load(offsetOf(name)).set(local);
      body.loop((nextStep) => {
        emit(input);
        push(goesOn, input);
        body.set(mask);
        // All are computed before the first is set, since they are made of each other.
        for (const [name, position] of next) {
          push(position, input);
          body.get(locals.get(name)!, mask).op('v128.bitselect');
        }
        for (const name of [...next.keys()].reverse()) body.set(locals.get(name)!);
        body.get(mask).op('v128.any_true');
        nextStep();
      });
      for (const name of next.keys()) body.get(address).get(locals.get(name)!).store(offsetOf(name));
      body.get(address).i32(pairBytes).op('i32.add').set(address);
      body.get(0).i32(1).op('i32.sub').tee(0);
      nextPair();
    });
  });
  const imports = names.map((name) => ({ name, signature: hostSignature(name) }));
  return new WebAssembly.Module(assemble({ imports, exports: [{ name: 'follow', body }] }));
}

export function startFollow(module: WebAssembly.Module): Follower {
  const bytes = (orbitsAtOnce / 2) * pairBytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const { exports } = new WebAssembly.Instance(module, { host: { memory, ...realFunctions } });
  const { follow } = exports as { follow: (pairs: number) => void };
  const states = new Float64Array(memory.buffer, 0, bytes / 8);
  return {
    states,
    follow(orbits) {
      // The other of the last pair stands still.
      if (orbits & 1) states[placeOf(orbits, fields.most)] = -1;
      follow((orbits + 1) >> 1);
    },
  };
}

/** The same in plain TypeScript. */
export function followReference(job: KernelJob, options: FollowOptions): Follower {
  const states = new Float64Array((orbitsAtOnce / 2) * pairLength);
  const { instructions, goesOn, next } = followedStep(job, options);
  const constants = constantInputs(job);
  const values = new Float64Array(instructions.length);
  // Names are looked up once, not in every step.
  const read = instructions.map((each) => (each.kind === 'input' ? fieldOf(stateName(each.name)) : -1));
  const written = [...next].map(([name, position]) => [fieldOf(name), position] as const);
  function follow(orbits: number): void {
    for (let orbit = 0; orbit < orbits; orbit++)
      while (true) {
        for (const [i, instruction] of instructions.entries())
          values[i] =
            instruction.kind === 'input'
              ? (constants.get(instruction.name) ?? states[placeOf(orbit, read[i]!)]!)
              : valueOf(instruction, values);
        if (values[goesOn] === 0) break;
        for (const [field, position] of written) states[placeOf(orbit, field)] = values[position]!;
      }
  }
  return { states, follow };
}

/** What an instruction gives; a mask is 1 or 0. */
function valueOf(instruction: Exclude<Instruction, { kind: 'input' }>, values: Float64Array): number {
  if (instruction.kind === 'constant') return instruction.value;
  const left = values[instruction.left]!;
  const right = 'right' in instruction ? values[instruction.right]! : 0;
  switch (instruction.kind) {
    case 'negate':
      return -left;
    case 'absolute':
      return Math.abs(left);
    case 'root':
      return Math.sqrt(left);
    case 'function':
      return realFunctions[instruction.name](left);
    case 'atan2':
      return realFunctions.atan2(left, right);
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return left / right;
    case 'maximum':
      return Math.max(left, right);
    case 'withSign':
      return right < 0 || Object.is(right, -0) ? -Math.abs(left) : left;
    case 'less':
      return left < right ? 1 : 0;
    case 'and':
      return left * right;
    case 'select':
      return values[instruction.mask] === 1 ? left : right;
  }
}

/** Inputs that no state holds: the job's constant. */
const constantInputs = ({ c }: KernelJob): ReadonlyMap<string, number> =>
  new Map(c === 'p' ? [] : [['cRe', c[0]] as const, ['cIm', c[1]] as const]);

const fieldOf = (name: string) => fields[name as FieldName];

/** The name of the field that an input is read from. */
const stateName = (name: string) => (name === 'cRe' ? 'pRe' : name === 'cIm' ? 'pIm' : name);
