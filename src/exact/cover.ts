// Covers a rectangle of sample points with tiles (tiles.ts): iterates a whole tile as far as possible, fills it if all
// its points have one count, otherwise cuts it. The points of small tiles are kept as entries, to be followed one by one
// from where the model ends. Tiles wait on a stack in memory.
import { degree } from './layout.js';
import { derivativeTail, from, loadModel, sum } from './tiles.js';

export const coverText = `
// A tile's place, its centre and its radius, which covers the rounding of the points' offsets.
function place_tile(p: int, x: int, y: int, w: int, h: int) {
  store(p + T_X, x);
  store(p + T_Y, y);
  store(p + T_W, w);
  store(p + T_H, h);
  let o = offset(y, x);
  let o1 = offset(y + h - 1, x + w - 1);
  let center = (o + o1) * 0.5;
  store(p + T_CENTER, center);
  let far = max(modulus(o - center), modulus(o1 - center));
  far = max(far, max(modulus(offset(y, x + w - 1) - center), modulus(offset(y + h - 1, x) - center)));
  store(p + T_RADIUS, far * 1.000001);
}

// Covers a rectangle of at most SIDE x SIDE points: fills its counts, -1 for what is undecided, and keeps entries of the
// points that are to be followed.
function cover(x: int, y: int, w: int, h: int) {
  let p = load_int(AT_STACK);
  store(AT_FOLLOWED, 0);
  store(AT_KEPT, 0);
  place_tile(p, x, y, w, h);
  store(p + T_REFERENCE, 0);
  store(p + T_INDEX, 0);
  store(p + T_STEPS, 0.0);
  let radius = load_mag(p + T_RADIUS);
  let zero = load_complex(p + T_CENTER) * 0.0;
  let rest = load_mag(AT_ERROR);
  let none = radius * 0.0;
  ${from(0)
    .map((k) => `store(p + T_MODEL + ${32 * k}, zero);`)
    .join('\n')}
  store(p + T_SIGMA, none);
  if (rest > 0.0) { store(p + T_SIGMA, none - 1.0); }
  if (load_int(AT_PARAMETER) == 0) {
    store(p + T_MODEL, load_complex(p + T_CENTER));
    store(p + T_MODEL + 32, zero + radius);
    rest = (rest + radius * (U * 8.0)) * UP;
    if (radius > 0.0) { store(p + T_SIGMA, rest / radius * UP40); }
  }
  store(p + T_REST, rest);
  let end = p + TILE;
  while (end > p) {
    let top = end - TILE;
    let count = -1.0;
    if (load_int(top + T_W) * load_int(top + T_H) > 1) { count = advance_tile(top); }
    if (count >= 0.0) {
      fill(top, x, y, count);
      end = top;
    } else {
      if (load_int(top + T_W) * load_int(top + T_H) <= LEAF) {
        leave(top, x, y);
        end = top;
      } else { end = cut_tile(top); }
    }
  }
}

function fill(p: int, x: int, y: int, count: double) {
  let row = load_int(p + T_Y) - y;
  let end = row + load_int(p + T_H);
  let first = load_int(p + T_X) - x;
  let last = first + load_int(p + T_W);
  let counts = load_int(AT_COUNTS);
  while (row < end) {
    let column = first;
    while (column < last) {
      store(counts + (row * SIDE + column) * 8, count);
      column = column + 1;
    }
    row = row + 1;
  }
}

// Evaluates the model at each point of a tile, and keeps the points that go on from there.
function leave(p: int, x: int, y: int) {
  ${loadModel}
  let center = load_complex(p + T_CENTER);
  let radius = load_mag(p + T_RADIUS);
  let rest = load_mag(p + T_REST);
  let R = load_mag(AT_R);
  let counts = load_int(AT_COUNTS);
  let kept = load_int(AT_KEPT);
  let size = ${sum(from(0).map((k) => `n1(a${k})`))};
  let e = (rest + size * (U * ${12 * degree + 12}.0)) * UP40;
  let ref = load_int(p + T_REFERENCE);
  let m = load_int(p + T_INDEX);
  let n = load_double(p + T_STEPS);
  let Z = load_complex(load_int(AT_ORBIT + ref * REF) + m * ORBIT_BYTES);
  let row = load_int(p + T_Y);
  let row_end = row + load_int(p + T_H);
  let column_end = load_int(p + T_X) + load_int(p + T_W);
  while (row < row_end) {
    let column = load_int(p + T_X);
    while (column < column_end) {
      let o = offset(row, column);
      let t = o * 0.0;
      if (radius > 0.0) { t = (o - center) / radius; }
      let d = a${degree};
      ${from(0)
        .toReversed()
        .slice(1)
        .map((k) => `d = d * t + a${k};`)
        .join('\n')}
      let z = Z + d;
      let r = root(n2(z));
      let slack = e + (r + n1(d)) * (UD * 8.0);
      let count = -1.0;
      let goes = 1;
      if (n > 0.0) {
        if (!(r + slack <= R)) {
          goes = 0;
          if (r - slack > R) { count = n - 1.0; }
        }
      }
      if (goes == 1) {
        let point = load_int(AT_ENTRY) + kept * ENTRY;
        store(point + E_REFERENCE, ref);
        store(point + E_INDEX, m);
        store(point + E_STEPS, n);
        store(point + E_ERROR, e);
        store(point + E_DISTANCE, d);
        if (load_int(AT_PARAMETER) == 1) { store(point + E_CONSTANT, o); } else { store(point + E_CONSTANT, o - o); }
        store(point + E_ROW, row);
        store(point + E_COLUMN, column);
        store(point + E_COUNT, -1.0);
        kept = kept + 1;
      }
      store(counts + ((row - y) * SIDE + column - x) * 8, count);
      column = column + 1;
    }
    row = row + 1;
  }
  store(AT_KEPT, kept);
  store(AT_FOLLOWED, load_int(AT_FOLLOWED) + load_int(p + T_W) * load_int(p + T_H));
}

// Follows the kept points that have no count yet, and writes the counts of all.
function follow_kept(x: int, y: int) {
  let counts = load_int(AT_COUNTS);
  let p = load_int(AT_ENTRY);
  let end = p + load_int(AT_KEPT) * ENTRY;
  while (p < end) {
    if (load_double(p + E_COUNT) < 0.0) { follow(p); }
    store(counts + ((load_int(p + E_ROW) - y) * SIDE + load_int(p + E_COLUMN) - x) * 8, load_double(p + E_COUNT));
    p = p + ENTRY;
  }
}

// Replaces a tile by its parts and gives the end of the stack: halves of a long one, else quarters.
function cut_tile(p: int): int {
  let x = load_int(p + T_X);
  let y = load_int(p + T_Y);
  let w = load_int(p + T_W);
  let h = load_int(p + T_H);
  let w1 = w;
  let h1 = h;
  if (w + w > h) { w1 = (w + 1) >> 1; }
  if (h + h > w) { h1 = (h + 1) >> 1; }
  // The tile itself is copied beyond its parts first, since one of them takes its place.
  let whole = p + TILE * 4;
  copy_tile(p, whole);
  let end = p;
  if (h1 < h) {
    if (w1 < w) { end = part_of(whole, end, x + w1, y + h1, w - w1, h - h1); }
    end = part_of(whole, end, x, y + h1, w1, h - h1);
  }
  if (w1 < w) { end = part_of(whole, end, x + w1, y, w - w1, h1); }
  return part_of(whole, end, x, y, w1, h1);
}
function copy_tile(p: int, to: int) {
  let i = 0;
  while (i < TILE) {
    store(to + i, load_double(p + i));
    i = i + 8;
  }
}

// The part of a tile: its model moved and scaled.
function part_of(p: int, to: int, x: int, y: int, w: int, h: int): int {
  place_tile(to, x, y, w, h);
  ${loadModel}
  let radius = load_mag(p + T_RADIUS);
  let sigma = load_mag(p + T_SIGMA);
  let size = ${sum(from(0).map((k) => `n1(a${k})`))};
  let s = (load_complex(to + T_CENTER) - load_complex(p + T_CENTER)) / radius;
  let g = load_mag(to + T_RADIUS) / radius;
  ${from(0)
    .slice(0, degree)
    .map((i) =>
      from(i)
        .slice(0, -1)
        .toReversed()
        .map((k) => `a${k} = a${k} + s * a${k + 1};`)
        .join('\n'),
    )
    .join('\n')}
  let power = g;
  ${from(1)
    .map((k) => `a${k} = a${k} * power; power = power * g;`)
    .join('\n')}
  let rounding = size * (U * ${48 * (degree + 1)}.0);
  store(to + T_REST, (load_mag(p + T_REST) + rounding) * UP40);
  let new_sigma = sigma * 0.0 - 1.0;
  if (g > 0.0 && sigma >= 0.0) {
    let most, least = slopes(a1, ${derivativeTail});
    if (least > 0.0) { new_sigma = (sigma / g + rounding * (sigma / g * 8.0 + 1.0) / least) * UP40; }
  }
  store(to + T_SIGMA, new_sigma);
  store(to + T_REFERENCE, load_int(p + T_REFERENCE));
  store(to + T_INDEX, load_int(p + T_INDEX));
  store(to + T_STEPS, load_double(p + T_STEPS));
  ${from(0)
    .map((k) => `store(to + T_MODEL + ${32 * k}, a${k});`)
    .join('\n')}
  return to + TILE;
}
`;
