// Chapter 8: z and -z have the same counts, so half of the points would do, if -z is a point of the grid.
//     npm run lesson -- answers/symmetry
import { latticeAxis } from 'mandoline';

for (const cells of [2000, 2048]) {
  const axis = latticeAxis({ extent: 2, cells });
  // The first point, -2, has no mirror image: the grid ends before 2.
  const same = axis.filter((x, i) => i > 0 && axis[axis.length - i] === -x).length;
  console.log(`${cells} cells: ${same} of ${axis.length - 1} numbers of the axis have their negative on it`);
}
