// Keeps messages small. Cloning a view of part of a buffer clones the whole buffer, so mapping over slices of one
// large array would copy that array with every slice.
import { attempt } from './cloning.js';

/**
 * The value to clone in place of `value`: a typed array or DataView over part of its buffer becomes a view over a copy
 * of that part. Checks the value itself and one level into an array or plain object. Shared memory stays shared.
 * Buffers in `kept` are to be transferred and stay as they are. `copies` holds the copies made so far, so that a view
 * that occurs twice in a message is copied once. An unreadable value stays as it is: cloning it reports why.
 */
export function compact(
  value: unknown,
  kept?: ReadonlySet<unknown>,
  copies: ViewCopies = new Map(),
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return attempt(() => compactObject(value, kept, copies), value);
}

export type ViewCopies = Map<ArrayBufferView, ArrayBufferView>;

function compactObject(value: object, kept: ReadonlySet<unknown> | undefined, copies: ViewCopies): object {
  const isPart = (part: unknown): part is ArrayBufferView => isPartOfBuffer(part, kept);
  const copyOf = (view: ArrayBufferView): ArrayBufferView => {
    const copy = copies.get(view) ?? copyOfView(view);
    copies.set(view, copy);
    return copy;
  };
  if (ArrayBuffer.isView(value)) return isPart(value) ? copyOf(value) : value;
  const isArray = Array.isArray(value);
  if (!(isArray || isPlain(value))) return value;
  if (!(isArray ? value : Object.values(value)).some(isPart)) return value;
  const copy = isArray ? new Array(value.length) : {};
  for (const [key, part] of Object.entries(value))
    Object.defineProperty(copy, key, { value: isPart(part) ? copyOf(part) : part, enumerable: true });
  return copy;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isPartOfBuffer(value: unknown, kept?: ReadonlySet<unknown>): value is ArrayBufferView {
  return (
    ArrayBuffer.isView(value) &&
    value.byteLength < value.buffer.byteLength &&
    value.buffer instanceof ArrayBuffer &&
    !kept?.has(value.buffer)
  );
}

const typedArrays = Object.getPrototypeOf(Uint8Array.prototype) as object;
const typeName = Object.getOwnPropertyDescriptor(typedArrays, Symbol.toStringTag)!.get!;
type ViewConstructor = new (buffer: ArrayBufferLike) => ArrayBufferView;

/**
 * A view of the same type over its own memory. A Node.js Buffer's own `slice` would share the memory. Like a cloned
 * Buffer, its copy is a Uint8Array.
 */
export function copyOfView<V extends ArrayBufferView>(
  view: V,
  byteStart = 0,
  byteEnd: number = view.byteLength,
): V {
  // Copies shared memory, too; `ArrayBuffer.prototype.slice` would keep it shared.
  const bytes = new Uint8Array(view.buffer, view.byteOffset + byteStart, byteEnd - byteStart);
  const part = bytes.slice().buffer;
  const type = (typeName.call(view) ?? 'DataView') as keyof typeof globalThis;
  return new (globalThis[type] as unknown as ViewConstructor)(part) as V;
}
