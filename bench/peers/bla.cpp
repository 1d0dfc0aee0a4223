// Deep views by perturbation with bilinear approximation (BLA) at a tolerance of 2^-53, nothing proved: what other
// programs do. Built on the headers of the prototype of the exact engine, with its flags; bench/deep.ts runs it.
//   bla VIEW [W]: prints seconds of CPU of the reference, of the table and of the points, and the sum of the counts.
#include "engine.hpp"
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
typedef std::map<std::string, std::string> Keys;
// Of CPU.
static double now() {
  return double(clock()) / CLOCKS_PER_SEC;
}
static fe decimal(const std::string &text) {
  mpz_t big;
  mpz_init(big);
  dec2fix(big, text, 4000);
  fe value = mpz2fe(big, 4000);
  mpz_clear(big);
  return value;
}
static fe thirtyBits(fe value) {
  value.m = std::ldexp(std::floor(std::ldexp(value.m, 29)), -29);
  return value;
}
template <class T> static void run(Keys keys) {
  double begun = now();
  View<T> view;
  view.julia = keys["kind"] == "J";
  view.W = atol(keys["W"].c_str());
  view.maxit = atol(keys["max"].c_str());
  view.R = 2;
  fe spacing = thirtyBits(thirtyBits(decimal(keys["width"])) / fe(double(view.W)));
  view.h = fromfe<T>(spacing);
  view.dcc = {T(), T()};
  long bits = std::max(128L, long(-log2fe(spacing)) + 90), period = atol(keys["period"].c_str());
  if (view.julia) {
    make_ref(view.ref[0], keys["zx"], keys["zy"], keys["cx"], keys["cy"], bits, view.maxit, view.R);
    make_ref(view.ref[1], "0", "0", keys["cx"], keys["cy"], bits, view.maxit, view.R);
    view.nref = 2;
    view.D = T();
  } else {
    make_ref(view.ref[0], "0", "0", keys["rx"], keys["ry"], bits, period ? period : view.maxit, view.R);
    view.nref = 1;
    view.D = view.h * T(view.W * 0.70710679);
  }
  double referred = now();
  Bla1<T> tables[2];
  for (int k = 0; k < view.nref; k++) tables[k].build(view.ref[k], view.D, 0x1p-53, true, view.R);
  double built = now();
  Stats stats;
  long long sum = 0;
  for (long i = 0; i < view.W * view.W; i++) {
    cx<T> offset = view.off(i % view.W, i / view.W), none = {T(), T()};
    sum += view.julia ? bla_point(view, tables, offset, none, stats) : bla_point(view, tables, none, offset, stats);
  }
  printf("%.6f %.6f %.6f %lld\n", referred - begun, built - referred, now() - built, sum);
}
int main(int, char **arguments) {
  Keys keys;
  std::ifstream file(arguments[1]);
  std::string key, value;
  while (file >> key >> value) keys[key] = value;
  if (arguments[2]) keys["W"] = arguments[2];
  if (log2fe(decimal(keys["width"])) > -960) run<double>(keys);
  else run<fe>(keys);
}
