// Checks a flag's value with the schema of the value that it sets.
import * as v from 'valibot';
import { describeIssue } from '../scene/scene.js';
import { UsageError } from './usage.js';

/** Reads a flag's text; throws UsageError for a value that the schema rejects. */
export function checked(flag: string, schema: v.GenericSchema, read: (text: string) => unknown) {
  return (text: string) => {
    const result = v.safeParse(schema, read(text));
    if (result.success) return result.output;
    const { path, accepted } = describeIssue(result.issues[0])[0]!;
    // The wrong value may be nested: `converged` of an escape rule.
    throw new UsageError(`${flag} ${text}: ${path ? `${path} ` : ''}${accepted}`);
  };
}
