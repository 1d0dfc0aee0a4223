// For workers whose calls of Atomics.add are counted.

/** From now on each call of Atomics.add in this thread also adds one to `adds`. */
export function countAdds(adds: Uint32Array): void {
  const add = Atomics.add.bind(Atomics) as (array: Uint32Array, index: number, value: number) => number;
  Object.assign(Atomics, {
    add(array: Uint32Array, index: number, value: number): number {
      add(adds, 0, 1);
      return add(array, index, value);
    },
  });
}
