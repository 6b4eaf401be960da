import { ConcordatError } from '../crypto/error.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EISDIR: 'it is a directory',
  EEXIST: 'a part of the path is not a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on device',
  ENAMETOOLONG: 'the name is too long',
};

/**
 * Why the operating system refused, in words. An error of our own is passed on, and so is anything that is no system
 * error: a bug must not be reported as a missing file.
 */
export function systemReason(error: unknown): string {
  if (error instanceof ConcordatError || !(error instanceof Error) || !('code' in error)) throw error;
  return REASONS[String(error.code)] ?? String(error.code);
}
