import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DataFolderInUse, ownDataFolder, ownerSocket } from './owner.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'owner-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const nothing = () => {};

it('refuses a second owner and admits the next after the first let go', async () => {
  const release = await ownDataFolder(folder, nothing);
  await expect(ownDataFolder(folder, nothing)).rejects.toThrow(DataFolderInUse);
  await release();
  await (
    await ownDataFolder(folder, nothing)
  )();
});

it('takes over from an owner that was killed', async () => {
  const script = `require('node:net').createServer().listen(${JSON.stringify(ownerSocket(folder))}, () => console.log('up'))`;
  const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(owner.stdout, 'data');
  await expect(ownDataFolder(folder, nothing)).rejects.toThrow(DataFolderInUse);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(existsSync(ownerSocket(folder))).toBe(true);
  await (
    await ownDataFolder(folder, nothing)
  )();
});

it('leaves one owner when several start on a dead socket at once', async () => {
  const script = `require('node:net').createServer().listen(${JSON.stringify(ownerSocket(folder))}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => ownDataFolder(folder, nothing)));
  const owners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  expect(owners).toHaveLength(1);
  await owners[0]!.value();
});
