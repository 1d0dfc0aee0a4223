// Keeps messages small: cloning a view of a part of a buffer clones the whole buffer, so that mapping over
// slices of one large array would copy that array with every slice.
import { attempt } from './cloning.js';

/**
 * The value to be cloned in place of `value`: a typed array or DataView over a part of its buffer becomes one over
 * a copy of that part. Looks at the value itself and one level into an array or plain object, no deeper. Shared
 * memory stays shared, and buffers that are `kept`, because they are to be transferred, stay as they are. `copies` are
 * those made so far: a view that occurs twice in a message stays one. A value that cannot be read stays as it is,
 * because cloning it says why.
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
 * A view of the same type over memory of its own. What a Node.js Buffer's own `slice` gives is none: it shares the
 * memory. A Buffer arrives as a Uint8Array, and its copy is one, too.
 */
export function copyOfView<V extends ArrayBufferView>(
  view: V,
  byteStart = 0,
  byteEnd: number = view.byteLength,
): V {
  // Of shared memory, too, which `ArrayBuffer.prototype.slice` would keep shared.
  const bytes = new Uint8Array(view.buffer, view.byteOffset + byteStart, byteEnd - byteStart);
  const part = bytes.slice().buffer;
  const type = (typeName.call(view) ?? 'DataView') as keyof typeof globalThis;
  return new (globalThis[type] as unknown as ViewConstructor)(part) as V;
}
