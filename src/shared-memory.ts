// Memory for arrays, shared with workers if the platform allows it.
export function sharedMemory(bytes: number): ArrayBuffer {
  const shared = typeof SharedArrayBuffer === 'function';
  return (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)) as ArrayBuffer;
}
