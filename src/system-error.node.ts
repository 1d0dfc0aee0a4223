// System errors in words, without codes. Most words are the system's own, as Node lists them; this file replaces those
// that do not help a user.
import { getSystemErrorMap } from 'node:util';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'is a folder, not a file',
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open in this program',
  ENFILE: 'too many files are open on this machine',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  EIO: 'the disk or the network reports an error',
  ENXIO: 'no program or device is on the other side',
  ESTALE: 'the file no longer exists on the file server',
};

/** The reason of a system error, without names or codes; undefined for other errors. */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'errno' in error)) return undefined;
  return (
    reasons[String(error.code)] ?? getSystemErrorMap().get(Number(error.errno))?.[1] ?? String(error.code)
  );
}
