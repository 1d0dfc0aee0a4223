// Maps the operators of kernel texts (language.ts) to instructions and to procedures of an arithmetic.
import type { Opcode } from '../assembler.js';

export const doubleOps: Record<string, Opcode> = {
  '+': 'f64.add',
  '-': 'f64.sub',
  '*': 'f64.mul',
  '/': 'f64.div',
  '<': 'f64.lt',
  '<=': 'f64.le',
  '>': 'f64.gt',
  '>=': 'f64.ge',
  '==': 'f64.eq',
  '!=': 'f64.ne',
};
export const intOps: Record<string, Opcode> = {
  '+': 'i32.add',
  '-': 'i32.sub',
  '*': 'i32.mul',
  '&': 'i32.and',
  '|': 'i32.or',
  '&&': 'i32.and',
  '||': 'i32.or',
  '<<': 'i32.shl',
  '>>': 'i32.shr_s',
  '<': 'i32.lt_s',
  '<=': 'i32.le_s',
  '>': 'i32.gt_s',
  '>=': 'i32.ge_s',
  '==': 'i32.eq',
  '!=': 'i32.ne',
};
export const names: Record<string, string> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };
export const comparisons: Record<string, readonly [isSwapped: boolean, isNegated: boolean]> = {
  '<': [false, false],
  '>': [true, false],
  '<=': [true, true],
  '>=': [false, true],
};
/** Procedures on doubles that are a single instruction. */
export const unaryOps: Record<string, Opcode> = { sqrt: 'f64.sqrt', abs: 'f64.abs' };
export const binaryOps: Record<string, Opcode> = { min: 'f64.min', max: 'f64.max' };
