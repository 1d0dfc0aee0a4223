// One step of the formula, emitted on vectors of two doubles: every operation of lower.ts in its order. Functions
// that WebAssembly lacks are called on the host, one double at a time, where they are reference.ts's own.
import { type FunctionBody, f64, type Opcode, type Signature, v128 } from './assembler.js';
import { type InputName, type Instruction, lower, type RealFunction } from './lower.js';
import type { KernelJob } from './reference.js';

/** Locals of a point's variables; those that a job does not have are constants or not read. */
export type Inputs = Readonly<Partial<Record<InputName, number>>>;

/** The functions that the step asks the host for. */
export function hostFunctions({ step }: KernelJob): RealFunction[] {
  const names = lower(step).instructions.flatMap((instruction) =>
    instruction.kind === 'function'
      ? [instruction.name]
      : instruction.kind === 'atan2'
        ? ['atan2' as const]
        : [],
  );
  return [...new Set(names)].sort();
}

export function hostSignature(name: RealFunction): Signature {
  return { parameters: name === 'atan2' ? [f64, f64] : [f64], results: [f64] };
}

export interface StepEmitter {
  /** Whether the step reads the z before. */
  readonly readsPrevious: boolean;
  /** Emits a step from these inputs; leaves the result in `zRe` and `zIm`. */
  emit(inputs: Inputs & { readonly zRe: number; readonly zIm: number }): void;
}

const binaryOpcodes: Readonly<Record<string, Opcode>> = {
  add: 'f64x2.add',
  subtract: 'f64x2.sub',
  multiply: 'f64x2.mul',
  divide: 'f64x2.div',
};
const unaryOpcodes: Readonly<Record<string, Opcode>> = {
  negate: 'f64x2.neg',
  absolute: 'f64x2.abs',
  root: 'f64x2.sqrt',
};

/** Makes the emitter of a job's step; `functions` are the indices of the host's functions. */
export function stepEmitter(
  body: FunctionBody,
  job: KernelJob,
  functions: ReadonlyMap<RealFunction, number>,
): StepEmitter {
  const { instructions, re, im } = lower(job.step);
  const temporaries = instructions.map((instruction) =>
    instruction.kind === 'input' || instruction.kind === 'constant' ? -1 : body.local(v128),
  );
  const constants: Partial<Record<InputName, number>> = job.c === 'p' ? {} : { cRe: job.c[0], cIm: job.c[1] };

  return {
    readsPrevious: instructions.some(
      (instruction) => instruction.kind === 'input' && instruction.name.startsWith('previous'),
    ),
    emit(inputs) {
      const push = (index: number) => {
        const instruction = instructions[index]!;
        if (instruction.kind === 'constant') return body.f64x2(instruction.value);
        if (instruction.kind !== 'input') return body.get(temporaries[index]!);
        const { name } = instruction;
        const constant = constants[name];
        if (constant !== undefined) return body.f64x2(constant);
        return body.get((inputs[name] ?? inputs[name.replace(/^c/, 'p') as InputName])!);
      };
      instructions.forEach((instruction, index) => {
        if (temporaries[index] === -1) return;
        emitInstruction(instruction, push);
        body.set(temporaries[index]!);
      });
      push(re);
      push(im);
      body.set(inputs.zIm).set(inputs.zRe);
    },
  };

  function emitInstruction(instruction: Instruction, push: (index: number) => unknown): void {
    switch (instruction.kind) {
      case 'input':
      case 'constant':
        return;
      case 'negate':
      case 'absolute':
      case 'root':
        push(instruction.left);
        body.op(unaryOpcodes[instruction.kind]!);
        return;
      case 'function':
      case 'atan2': {
        const name = instruction.kind === 'atan2' ? 'atan2' : instruction.name;
        const operands =
          instruction.kind === 'atan2' ? [instruction.left, instruction.right] : [instruction.left];
        body.f64x2(0);
        for (const lane of [0, 1]) {
          for (const operand of operands) {
            push(operand);
            body.lane(lane);
          }
          body.call(functions.get(name)!).replaceLane(lane);
        }
        return;
      }
      case 'withSign':
        push(instruction.left);
        push(instruction.right);
        body.f64x2(-0).op('v128.and', 'v128.or');
        return;
      default:
        push(instruction.left);
        push(instruction.right);
        body.op(binaryOpcodes[instruction.kind]!);
    }
  }
}
