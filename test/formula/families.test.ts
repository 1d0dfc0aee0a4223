// The families are formulas that can be read, and pictures of one plane or the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Expression, VariableName } from '../../src/formula/expression.js';
import { families } from '../../src/formula/families.js';
import { parseFormula } from '../../src/formula/parse.js';

function variables(tree: Expression): Set<VariableName> {
  if (tree.kind === 'variable') return new Set([tree.name]);
  if ('operand' in tree) return variables(tree.operand);
  if ('base' in tree) return variables(tree.base);
  if ('left' in tree) return new Set([...variables(tree.left), ...variables(tree.right)]);
  return new Set();
}

for (const [name, family] of Object.entries(families)) {
  test(`the formula of ${name} is read, and has the c that its picture varies`, () => {
    const used = variables(parseFormula(family.formula, family.parameters));
    assert.ok(used.has('z'));
    assert.ok(!used.has('p'), 'the sample point comes in by c and z0');
    if (family.c === 'p') assert.ok(used.has('c'));
  });

  test(`${name} is a picture of one plane, with numbers that can be used`, () => {
    assert.equal([family.c, family.z0].filter((value) => value === 'p').length, 1);
    const { iterations, view, escape } = family;
    assert.ok(Number.isInteger(iterations) && iterations > 0);
    assert.ok(view.width > 0 && view.center.every(Number.isFinite));
    if (typeof escape === 'number') assert.ok(escape >= 2);
    if (typeof escape === 'object') assert.ok(escape.converged > 0 && (escape.bailout ?? Infinity) > 2);
    for (const text of [family.summary, family.source]) assert.match(text, /^\S.{3,98}\S$/);
  });

  test(`the parameters of ${name} stand in its formula`, () => {
    for (const parameter of Object.keys(family.parameters ?? {}))
      assert.match(family.formula, new RegExp(`\\b${parameter}\\b`));
  });
}
