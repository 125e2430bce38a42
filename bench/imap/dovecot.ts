import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#support/free-port.ts';
import { hasProgram } from '#support/run-program.ts';
import type { CleanUp } from '#bench/clean-up.ts';
import { sampleMail } from './sample-mail.ts';

const run = promisify(execFile);

/** It gives up its rights by itself and begins as root only. */
export const canRunDovecot = process.getuid?.() === 0 && hasProgram('dovecot') && hasProgram('doveadm');

export interface Dovecot {
  /** TLS from the first octet. */
  readonly port: number;
  /** The first `count` samples into the INBOX of each user; nine of ten are seen. */
  fileSamples(users: readonly string[], count: number): Promise<void>;
  /** Memory that no other process shares, over all its processes. */
  privateKib(): Promise<number>;
}

/** The user `mail` of Debian. */
const mailUser = 8;

/**
 * Debian's Dovecot with Maildirs in a folder of its own. Defaults, save for what a busy server needs: shared log-in
 * processes (its manual's high-performance mode) and limits above the number of connections. Its fsync setting is the
 * default, `optimized`, which waits for the disk before it says that an APPEND is done.
 */
export async function startDovecot(
  certificate: { readonly cert: string; readonly key: string },
  cleanUp: CleanUp,
): Promise<Dovecot> {
  const folder = await mkdtemp('/var/tmp/bench-dovecot-');
  cleanUp.add(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  for (const name of ['mail', 'pool']) await mkdir(join(folder, name));
  await copyFile(certificate.cert, join(folder, 'cert.pem'));
  await copyFile(certificate.key, join(folder, 'key.pem'));
  const port = await freePort();
  await writeFile(join(folder, 'dovecot.conf'), configOf(folder, port));
  const server = spawn('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'inherit' });
  cleanUp.add(async () => {
    if (server.exitCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    await exited;
  });
  await listening(port);
  const pid = server.pid ?? 0;
  return {
    port,
    fileSamples: (users, count) => fillMaildirs(folder, users, count),
    privateKib: () => privateKibOf(pid),
  };
}

/** One file for each sample; the Maildirs hold links to it. */
async function fillMaildirs(folder: string, users: readonly string[], count: number): Promise<void> {
  const pool = join(folder, 'pool');
  const known = (await readdir(pool)).length;
  for (let number = known; number < count; number += 1)
    await writeFile(join(pool, String(number)), sampleMail(number).octets);
  const size = sampleMail(0).octets.length;
  for (const user of users) {
    const maildir = join(folder, 'mail', user);
    await mkdir(maildir);
    for (const name of ['cur', 'new', 'tmp', '.Drafts/cur', '.Drafts/new', '.Drafts/tmp'])
      await mkdir(join(maildir, name), { recursive: true });
    for (let number = 0; number < count; number += 1) {
      const flags = (number + 1) % 10 === 0 ? '' : 'S';
      const name = `1795000000.M${String(number).padStart(6, '0')}P1.bench,S=${size}:2,${flags}`;
      await link(join(pool, String(number)), join(maildir, 'cur', name));
    }
  }
  await run('chown', ['-R', `${mailUser}:${mailUser}`, join(folder, 'mail')]);
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await delay(100);
  }
  throw new Error('Dovecot does not listen');
}

/** Of a process and all that descend from it. */
async function privateKibOf(root: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = / [A-Z] (\d+) /.exec(stat.slice(stat.lastIndexOf(')')))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || descends(parents.get(pid)));
  let sum = 0;
  for (const pid of parents.keys()) {
    if (!descends(pid)) continue;
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    for (const match of rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)) sum += Number(match[1]);
  }
  return sum;
}

function configOf(folder: string, port: number): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
mail_location = maildir:${folder}/mail/%u
mail_uid = ${mailUser}
mail_gid = ${mailUser}
first_valid_uid = 1
mail_max_userip_connections = 100
userdb {
  driver = static
  args = uid=${mailUser} gid=${mailUser} home=${folder}/mail/%u allow_all_users=yes
}
passdb {
  driver = static
  args = password=bench
}
service imap-login {
  service_count = 0
  client_limit = 4000
  process_min_avail = 2
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = ${port}
    ssl = yes
  }
}
service imap {
  process_limit = 4096
}
service anvil {
  client_limit = 20000
}
service auth {
  client_limit = 20000
}
default_process_limit = 5000
`;
}
