// Orders in which slices can be begun, by their names on the page.
import type { SliceOrder } from 'mandoline/pool';

const numbers = (slices: number) => Array.from({ length: slices }, (_, slice) => slice);

export const orders: Readonly<Record<string, SliceOrder | undefined>> = {
  'top to bottom': undefined,
  'bottom to top': (slices) => numbers(slices).reverse(),
  // Where most pictures are dearest: what is begun last is then short, and no worker waits long for another.
  'middle first': (slices) => {
    const fromMiddle = (slice: number) => Math.abs(slice - (slices - 1) / 2);
    return numbers(slices).sort((one, other) => fromMiddle(one) - fromMiddle(other));
  },
  shuffled: (slices) => {
    const places = numbers(slices).map(() => Math.random());
    return numbers(slices).sort((one, other) => places[one]! - places[other]!);
  },
};
