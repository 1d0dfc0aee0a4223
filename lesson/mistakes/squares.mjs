// What the programs of this folder let a pool compute.
export function square(x) {
  return x * x;
}

// biome-ignore lint/correctness/noUnusedVariables: the mistake is that it is not exported
function cube(x) {
  return x * x * x;
}
