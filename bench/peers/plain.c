// What a good C programmer writes by hand for WebAssembly: z^2 + c on a view without escapes, two points in a vector,
// eight side by side, escape looked for every four steps. What `brute` of the kernel is measured against where no
// orbit ends. Build: clang --target=wasm32 -O3 -msimd128 -ffp-contract=off -nostdlib -Wl,--no-entry plain.c -o plain.wasm
typedef double v2 __attribute__((vector_size(16)));
enum { SIDE = 256, GROUP = 4 };
static unsigned short counts[SIDE * SIDE];

static inline int any(v2 a) {
  typedef long long l2 __attribute__((vector_size(16)));
  l2 far = ~(l2)(a < (v2){4, 4});
  return (far[0] | far[1]) != 0;
}

/** Counts SIDE x SIDE points around 0, `width` wide, up to `steps` steps; gives the sum of the counts. */
__attribute__((export_name("count"))) double count(double re, double im, double width, int steps) {
  double sum = 0;
  for (int row = 0; row < SIDE; row++)
    for (int column = 0; column < SIDE; column += 2 * GROUP) {
      v2 x[GROUP], y[GROUP];
      for (int j = 0; j < GROUP; j++)
        for (int k = 0; k < 2; k++) {
          x[j][k] = (column + 2 * j + k + 0.5 - SIDE / 2) * (width / SIDE);
          y[j][k] = -(row + 0.5 - SIDE / 2) * (width / SIDE);
        }
      int n = 0;
      for (; n < steps; n += 4) {
        for (int s = 0; s < 4; s++)
          for (int j = 0; j < GROUP; j++) {
            v2 a = x[j] * x[j] - y[j] * y[j], b = x[j] * y[j];
            x[j] = a + (v2){re, re};
            y[j] = (b + b) + (v2){im, im};
          }
        int out = 0;
        for (int j = 0; j < GROUP; j++) out |= any(x[j] * x[j] + y[j] * y[j]);
        if (out) break;
      }
      for (int j = 0; j < 2 * GROUP; j++) sum += counts[row * SIDE + column + j] = n < steps ? n : steps;
    }
  return sum;
}
