// Orbits that never escape, followed once more: until they are back where they were, and how near to a trap. One function
// of a WebAssembly module moves many orbits on, two in a vector; `followReference` does the same in plain TypeScript, bit
// for bit. What the ends of orbits mean is inside.ts's.

import { assemble, FunctionBody, i32, v128 } from '../assembler.js';
import type { Trap } from '../scene/scene.js';
import type { InputName, Instruction } from './code.js';
import { realFunctions } from './functions.js';
import { orbitStep, runCode } from './orbit.js';
import type { KernelJob } from './reference.js';
import { codeEmitter, functionsIn, hostSignature } from './step.js';

/**
 * The state of an orbit, a double for each; of two orbits each lie side by side. It has taken `taken` steps, takes at
 * most `most` in all, and ends sooner where z is within `near` of the mark (a square; below 0: it never is). `least` is
 * the least that the trap's code gave.
 */
const fieldNames = [
  ...(['zRe', 'zIm', 'previousRe', 'previousIm', 'pRe', 'pIm'] as const),
  ...(['taken', 'most', 'markRe', 'markIm', 'near', 'least'] as const),
] as const;
type FieldName = (typeof fieldNames)[number];
/** Where each field lies in the state of the first of two orbits, in doubles. */
export const fields = Object.fromEntries(fieldNames.map((name, index) => [name, 2 * index])) as Readonly<
  Record<FieldName, number>
>;
/** Doubles of the states of two orbits. */
export const pairLength = 2 * fieldNames.length;
/** Pairs of orbits whose steps overlap. */
const pairsAtOnce = 4;
/** Orbits that are moved on in one call; a multiple of those of all pairs. */
export const orbitsAtOnce = 512;
const pairBytes = 8 * pairLength;
const pageBytes = 2 ** 16;

/** Where a field of an orbit lies among the states. */
export const placeOf = (orbit: number, field: number): number =>
  (orbit >> 1) * pairLength + field + (orbit & 1);

/** A step with all that is done in it: who moves on, as a mask, and what becomes of the fields of those who do. */
interface FollowedStep {
  readonly instructions: readonly Instruction[];
  readonly goesOn: number;
  readonly next: ReadonlyMap<string, number>;
}

function followedStep(job: KernelJob, trap: Trap | undefined): FollowedStep {
  const { code, next: changed } = orbitStep(job, { hasSlopes: false, trap });
  const next = new Map(changed);
  const input = (name: string) => code.input(name);
  next.set('taken', code.real('add', input('taken'), code.constant(1)));
  const away = [
    code.real('subtract', input('zRe'), input('markRe')),
    code.real('subtract', input('zIm'), input('markIm')),
  ].map((part) => code.product(part, part));
  const goesOn = code.real(
    'and',
    code.real('less', input('taken'), input('most')),
    code.real('less', input('near'), code.sum(away[0]!, away[1]!)),
  );
  return { instructions: code.instructions, goesOn, next };
}

/** States of `orbitsAtOnce` orbits, and what moves the first so many of them on until all have ended. */
export interface Follower {
  readonly states: Float64Array;
  readonly follow: (orbits: number) => void;
}

/** The module that follows orbits of a job: imports `host.memory` and functions, exports `follow(groups)`, of so many pairs at once. */
export function compileFollow(job: KernelJob, trap: Trap | undefined): WebAssembly.Module {
  const { instructions, goesOn, next } = followedStep(job, trap);
  const names = functionsIn(instructions);
  const body = new FunctionBody({ parameters: [i32], results: [] });
  const address = body.local(i32);
  const going = body.local(v128);
  const constants = constantInputs(job);
  const loaded = new Set<string>(next.keys());
  for (const each of instructions)
    if (each.kind === 'input' && !constants.has(each.name)) loaded.add(stateName(each.name));
  const all = Array.from({ length: pairsAtOnce }, () => ({
    mask: body.local(v128),
    locals: new Map([...loaded].map((name) => [name, body.local(v128)])),
  }));
  type Pair = (typeof all)[number];
  const { emit, push } = codeEmitter(body, instructions, new Map(names.map((name, i) => [name, i])));
  const offsetOf = (name: string, j: number) => 8 * fieldOf(name) + pairBytes * j;
  body.i32(0).set(address);
  body.get(0).if(() => {
    body.loop((nextPairs) => {
      for (const [j, { locals }] of all.entries())
        for (const [name, local] of locals) body.get(address).load(offsetOf(name, j)).set(local);
      body.loop((nextStep) => {
        body.f64x2(0).set(going);
        all.forEach(emitStep);
        body.get(going).op('v128.any_true');
        nextStep();
      });
      for (const [j, { locals }] of all.entries())
        for (const name of next.keys()) body.get(address).get(locals.get(name)!).store(offsetOf(name, j));
      body
        .get(address)
        .i32(pairBytes * pairsAtOnce)
        .op('i32.add')
        .set(address);
      body.get(0).i32(1).op('i32.sub').tee(0);
      nextPairs();
    });
  });

  /** A step of those of two orbits who move on. */
  function emitStep({ mask, locals }: Pair): void {
    const input = (name: InputName) => {
      if (constants.has(name)) body.f64x2(constants.get(name)!);
      else body.get(locals.get(stateName(name))!);
    };
    emit(input);
    push(goesOn, input);
    body.tee(mask).get(going).op('v128.or').set(going);
    // All are computed before the first is set, since they are made of each other.
    for (const [name, position] of next) {
      push(position, input);
      body.get(locals.get(name)!, mask).op('v128.bitselect');
    }
    for (const name of [...next.keys()].reverse()) body.set(locals.get(name)!);
  }

  const imports = names.map((name) => ({ name, signature: hostSignature(name) }));
  return new WebAssembly.Module(assemble({ imports, exports: [{ name: 'follow', body }] }));
}

export function startFollow(module: WebAssembly.Module): Follower {
  const bytes = (orbitsAtOnce / 2) * pairBytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const { exports } = new WebAssembly.Instance(module, { host: { memory, ...realFunctions } });
  const { follow } = exports as { follow: (groups: number) => void };
  const states = new Float64Array(memory.buffer, 0, bytes / 8);
  return {
    states,
    follow(orbits) {
      const groups = Math.ceil(orbits / (2 * pairsAtOnce));
      // The others of the last group stand still.
      for (let other = orbits; other < 2 * pairsAtOnce * groups; other++)
        states[placeOf(other, fields.most)] = -1;
      follow(groups);
    },
  };
}

/** The same in plain TypeScript. */
export function followReference(job: KernelJob, trap: Trap | undefined): Follower {
  const states = new Float64Array((orbitsAtOnce / 2) * pairLength);
  const { instructions, goesOn, next } = followedStep(job, trap);
  const constants = constantInputs(job);
  const values = new Float64Array(instructions.length);
  const written = [...next].map(([name, position]) => [fieldOf(name), position] as const);
  function follow(orbits: number): void {
    for (let orbit = 0; orbit < orbits; orbit++)
      while (true) {
        runCode(
          instructions,
          (name) => constants.get(name) ?? states[placeOf(orbit, fieldOf(stateName(name)))]!,
          values,
        );
        if (values[goesOn] === 0) break;
        for (const [field, position] of written) states[placeOf(orbit, field)] = values[position]!;
      }
  }
  return { states, follow };
}

/** Inputs that no state holds: the job's constant. */
const constantInputs = ({ c }: KernelJob): ReadonlyMap<string, number> =>
  new Map(c === 'p' ? [] : [['cRe', c[0]] as const, ['cIm', c[1]] as const]);

const fieldOf = (name: string) => fields[name as FieldName];

/** The name of the field that an input is read from. */
const stateName = (name: string) => (name === 'cRe' ? 'pRe' : name === 'cIm' ? 'pIm' : name);
