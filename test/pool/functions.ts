// What the workers of the pool's tests run.
import type { SliceRange } from 'mandoline/pool';

export const increment = (x: number): number => x + 1;
export const incrementLater = async (x: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return x + 1;
};
export const scale = (x: number, { by }: { by: number }): number => x * by;

export class ColdError extends Error {
  override readonly name = 'ColdError';
  readonly degrees = -7;
}
export const failAtThree = (x: number): number => {
  if (x === 3) throw new ColdError('three is too cold', { cause: new RangeError('below zero') });
  return x;
};
export const returnFunction = (_: number) => () => 1;
export const exitAtTwo = (x: number): number => (x === 2 ? process.exit(3) : x);
export const forever = (_: number): number => {
  for (;;);
};
export const throwLater = (x: number): number => {
  setTimeout(() => {
    throw new Error('too late');
  }, 1);
  return x;
};

export const initialized = { times: 0 };
export const initialize = (): void => {
  initialized.times++;
};
export const timesInitialized = (_: number): number => initialized.times;
export const failToInitialize = (): void => {
  throw new RangeError('no such device');
};
export const exitAtOnce = (): void => process.exit(5);

export function fillWithRows(slice: Float64Array, { start, end }: SliceRange, offset: number): void {
  const width = slice.length / (end - start);
  for (let i = 0; i < slice.length; i++) slice[i] = offset + start + Math.floor(i / width);
}
export async function fillLater(slice: Uint8Array): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  slice.fill(1);
}
export function failAtSliceFive(_: Uint8Array, { index }: SliceRange): void {
  if (index === 5) throw new RangeError('slice five');
}
/** Ends the worker at slice 5, as often as `deaths` says. */
export function dieAtSliceFive(slice: Uint8Array, { index }: SliceRange, deaths: Int32Array): void {
  if (index === 5 && Atomics.sub(deaths, 0, 1) > 0) process.exit(9);
  slice.fill(slice[0]! + 1);
}
export function fillForever(_: Uint8Array, { index }: SliceRange): void {
  while (index === 3);
}
