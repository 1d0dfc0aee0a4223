// Whole processes as benchmarks time them, with the largest memory that each took.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Run {
  readonly seconds: number;
  /** The largest memory of the process, in MB; 0 where the system does not tell. */
  readonly peak: number;
}

/** A whole process, from its start to its end. */
export function whole(command: string, given: readonly string[], cwd: string): Promise<Run> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, given, { cwd, stdio: 'ignore' });
    let peak = 0;
    const timer = setInterval(() => {
      peak = peakMegabytes(child.pid!) || peak;
    }, 10);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ seconds: (performance.now() - begun) / 1000, peak });
      else reject(new Error(`${command} ${given.join(' ')}: exit code ${code}`));
    });
  });
}

/** The high-water mark that Linux keeps of a process. */
function peakMegabytes(process: number): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${process}/status`, 'utf8'))?.[1];
    return (Number(kilobytes ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}
