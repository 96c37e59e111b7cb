/** Processes as the system lists them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pause } from './person.ts';

/** An orphan gets this long to notice that its parent is gone, in ms. */
const LIMIT = 10_000;

async function list(): Promise<{ pid: number; parent: number; state: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state]) => ({ pid: Number(pid), parent: Number(parent), state: state! }));
}

export async function childrenOf(pid: number): Promise<number[]> {
  return (await list()).filter(({ parent }) => parent === pid).map((child) => child.pid);
}

/** Whether all of them end by themselves. A zombie has ended; only nobody has asked for its exit code. */
export async function isGone(pids: readonly number[]): Promise<boolean> {
  for (const end = Date.now() + LIMIT; Date.now() < end; await pause(100)) {
    const living = (await list()).filter(
      ({ pid, state }) => pids.includes(pid) && state[0] !== 'Z',
    );
    if (living.length === 0) return true;
  }
  return false;
}
