// Straight-line code (code.ts) emitted for vectors of two doubles, and the step of a job as such code. Functions that
// WebAssembly lacks are called on the host, one double at a time; there they are reference.ts's own.
import { type FunctionBody, f64, type Opcode, type Signature, v128 } from '../assembler.js';
import type { InputName, Instruction, RealFunction } from './code.js';
import { lower } from './lower.js';
import { emitPart } from './number-parts.js';
import type { KernelJob } from './reference.js';
import { emitSquareStep, isSquare } from './square.js';

/** The functions that the step imports from the host. */
export const hostFunctions = ({ step }: KernelJob): RealFunction[] => functionsIn(lower(step).instructions);

/** The functions that code calls, by name. */
export function functionsIn(instructions: readonly Instruction[]): RealFunction[] {
  const names = instructions.flatMap((instruction) => {
    if (instruction.kind === 'function') return [instruction.name];
    return instruction.kind === 'atan2' ? (['atan2'] as const) : [];
  });
  return [...new Set(names)].sort();
}

export function hostSignature(name: RealFunction): Signature {
  return { parameters: name === 'atan2' ? [f64, f64] : [f64], results: [f64] };
}

/** Whether code reads the previous z. */
export const readsPrevious = (instructions: readonly Instruction[]): boolean =>
  instructions.some((each) => each.kind === 'input' && each.name.startsWith('previous'));

/** Locals of a point's variables; those that a job does not have are constants or not read. */
export type Inputs = Readonly<Partial<Record<InputName, number>>>;

export interface StepEmitter {
  /** Whether the step reads the previous z. */
  readonly readsPrevious: boolean;
  /** Emits a step from these inputs; leaves the result in `zRe` and `zIm`. */
  emit(inputs: Inputs & { readonly zRe: number; readonly zIm: number }): void;
}

/**
 * Makes the emitter of a job's step; `functions` are the indices of the host's functions; `isDoubled`: whether the step
 * may be that of square.ts.
 */
export function stepEmitter(
  body: FunctionBody,
  { step, c }: KernelJob,
  functions: ReadonlyMap<RealFunction, number>,
  isDoubled = false,
): StepEmitter {
  const { instructions, re, im } = lower(step);
  const { emit, push } = codeEmitter(body, instructions, functions);
  return {
    readsPrevious: readsPrevious(instructions),
    emit(inputs) {
      const input = (name: InputName) => {
        if (!name.startsWith('c')) body.get(inputs[name]!);
        else if (c === 'p') body.get(inputs[name.replace('c', 'p')]!);
        else body.f64x2(name === 'cRe' ? c[0] : c[1]);
      };
      if (isDoubled && isSquare(step)) {
        const { name } = step.right;
        emitSquareStep(body, inputs, (part) => input(`${name}${part}`));
        return;
      }
      emit(input);
      push(re, input);
      push(im, input);
      body.set(inputs.zIm).set(inputs.zRe);
    },
  };
}

const opcodes: Readonly<Partial<Record<Instruction['kind'], Opcode>>> = {
  negate: 'f64x2.neg',
  absolute: 'f64x2.abs',
  root: 'f64x2.sqrt',
  add: 'f64x2.add',
  subtract: 'f64x2.sub',
  multiply: 'f64x2.mul',
  divide: 'f64x2.div',
  maximum: 'f64x2.max',
  minimum: 'f64x2.min',
  smaller: 'f64x2.pmin',
  larger: 'f64x2.pmax',
  less: 'f64x2.lt',
  atMost: 'f64x2.le',
  and: 'v128.and',
};

/** Pushes an input by its name. */
type PushInput = (name: InputName) => void;

/**
 * Emits code into its own locals; `push` then pushes the value of an instruction. Functions are the host's, called for
 * one double at a time.
 */
export function codeEmitter(
  body: FunctionBody,
  instructions: readonly Instruction[],
  functions: ReadonlyMap<RealFunction, number>,
) {
  const locals = instructions.map(({ kind }) =>
    kind === 'input' || kind === 'constant' ? -1 : body.local(v128),
  );

  function push(index: number, input: PushInput): void {
    const instruction = instructions[index]!;
    if (instruction.kind === 'constant') body.f64x2(instruction.value);
    else if (instruction.kind === 'input') input(instruction.name);
    else body.get(locals[index]!);
  }

  function emitOne(instruction: Instruction, input: PushInput): void {
    switch (instruction.kind) {
      case 'input':
      case 'constant':
        return;
      case 'function':
      case 'atan2': {
        const isTwo = instruction.kind === 'atan2';
        const operands = isTwo ? [instruction.left, instruction.right] : [instruction.left];
        body.f64x2(0);
        for (const lane of [0, 1]) {
          for (const operand of operands) {
            push(operand, input);
            body.lane(lane);
          }
          body.call(functions.get(isTwo ? 'atan2' : instruction.name)!).replaceLane(lane);
        }
        return;
      }
      case 'single':
        push(instruction.left, input);
        body.op('f32x4.demote_f64x2_zero', 'f64x2.promote_low_f32x4');
        return;
      case 'mantissa':
      case 'exponent':
        emitPart(body, instruction.kind, () => push(instruction.left, input));
        return;
      case 'withSign':
        push(instruction.left, input);
        push(instruction.right, input);
        body.f64x2(-0).op('v128.and', 'v128.or');
        return;
      case 'select':
        push(instruction.left, input);
        push(instruction.right, input);
        push(instruction.mask, input);
        body.op('v128.bitselect');
        return;
      default:
        push(instruction.left, input);
        if ('right' in instruction) push(instruction.right, input);
        body.op(opcodes[instruction.kind]!);
    }
  }

  function emitAt(index: number, input: PushInput): void {
    if (locals[index] === -1) return;
    emitOne(instructions[index]!, input);
    body.set(locals[index]!);
  }

  return {
    push,
    emitAt,
    emit(input: PushInput): void {
      for (const index of instructions.keys()) emitAt(index, input);
    },
  };
}
