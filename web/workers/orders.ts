// Orders in which slices can start, by their names on the page.
import type { SliceOrder } from 'mandoline/pool';

const numbers = (slices: number) => Array.from({ length: slices }, (_, slice) => slice);

export const orders: Readonly<Record<string, SliceOrder | undefined>> = {
  'top to bottom': undefined,
  'bottom to top': (slices) => numbers(slices).reverse(),
  // Most pictures are most expensive in the middle: the last slices are then short, and workers finish together.
  'middle first': (slices) => {
    const fromMiddle = (slice: number) => Math.abs(slice - (slices - 1) / 2);
    return numbers(slices).sort((one, other) => fromMiddle(one) - fromMiddle(other));
  },
  shuffled: (slices) => {
    const places = numbers(slices).map(() => Math.random());
    return numbers(slices).sort((one, other) => places[one]! - places[other]!);
  },
};
