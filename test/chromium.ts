// Which Chromium the tests start: the system's if there is one, otherwise the one inside an npm package.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './support.js';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Its path, and the environment to start it in. */
export function findChromium(): { executablePath: string; env?: Record<string, string> } {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
  if (found) return { executablePath: found };
  // The package brings system libraries too, but unpacks them only if it is told that they are missing.
  const isBare = !execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).includes('libnss3.so');
  const folder = join(root, 'node_modules', isBare ? '.chromium-with-libraries' : '.chromium');
  if (!existsSync(folder)) unpack(folder, isBare);
  const executablePath = join(folder, 'chromium');
  if (!isBare) return { executablePath };
  const own = { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_PATH: join(folder, 'fonts') };
  return { executablePath, env: { ...(process.env as Record<string, string>), ...own } };
}

/**
 * Unpacks the package's Chromium. The package would do so into the folder for temporary files, where programs that are
 * started at once meet half of it, and one that is interrupted leaves half of it for ever. So each unpacks into a folder of
 * its own; the first to end puts it in its place.
 */
function unpack(folder: string, isBare: boolean): void {
  const part = mkdtempSync(`${folder}-part-`);
  const program = "await (await import('@sparticuz/chromium')).default.executablePath()";
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      env: { ...process.env, TMPDIR: part, ...(isBare && { AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' }) },
    });
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
