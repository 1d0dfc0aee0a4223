// Keeps messages small: cloning a view of a part of a buffer clones the whole buffer, so that mapping over
// slices of one large array would copy that array with every slice.

/**
 * The value to be cloned in place of `value`: a typed array or DataView over a part of its buffer becomes one over
 * a copy of that part. Looks at the value itself and one level into an array or plain object, no deeper. Shared
 * memory stays shared, and buffers that are `kept`, because they are to be transferred, stay as they are.
 */
export function compact(value: unknown, kept?: ReadonlySet<unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return compactView(value, kept);
  if (Array.isArray(value)) {
    return value.some((part) => isPartOfBuffer(part, kept))
      ? value.map((part) => (isPartOfBuffer(part, kept) ? compactView(part, kept) : part))
      : value;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  let copy: Record<string, unknown> | undefined;
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    if (!isPartOfBuffer(part, kept)) continue;
    copy ??= { ...value };
    copy[key] = compactView(part, kept);
  }
  return copy ?? value;
}

function isPartOfBuffer(value: unknown, kept?: ReadonlySet<unknown>): value is ArrayBufferView {
  return (
    ArrayBuffer.isView(value) &&
    value.byteLength < value.buffer.byteLength &&
    value.buffer instanceof ArrayBuffer &&
    !kept?.has(value.buffer)
  );
}

type ViewConstructor = new (buffer: ArrayBufferLike) => ArrayBufferView;

function compactView(view: ArrayBufferView, kept?: ReadonlySet<unknown>): ArrayBufferView {
  if (!isPartOfBuffer(view, kept)) return view;
  const part = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  // A Buffer arrives as a Uint8Array, whose constructor asks no questions.
  const type = view instanceof Uint8Array ? Uint8Array : (view.constructor as ViewConstructor);
  return new type(part);
}
