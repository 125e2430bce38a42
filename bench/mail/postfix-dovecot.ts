import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '#support/free-port.ts';
import { hasProgram } from '#support/run-program.ts';
import type { CleanUp } from '#bench/clean-up.ts';

const run = promisify(execFile);

/** Both drop their rights by themselves and begin as root only. */
export const canRunBaseline =
  process.getuid?.() === 0 && hasProgram('postfix') && hasProgram('dovecot') && hasProgram('postqueue');

export interface Baseline {
  readonly port: number;
  readonly addresses: readonly string[];
  /** Resolves when so many more recipients have their message in a Maildir than at the call before. */
  delivered(recipients: number): Promise<void>;
}

const domain = 'baseline.example';
/** The user `mail` of Debian. */
const mailUser = 8;

/**
 * Postfix as Debian configures it, handing over to Dovecot by LMTP, which writes Maildirs: both durable, neither
 * looking at SPF, DKIM, rules or quota. Everything is in a folder of its own.
 */
export async function startBaseline(accounts: number, cleanUp: CleanUp): Promise<Baseline> {
  const folder = await mkdtemp('/var/tmp/bench-baseline-');
  cleanUp.add(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const paths = Object.fromEntries(
    ['config', 'queue', 'data', 'mail', 'dovecot'].map((name) => [name, join(folder, name)]),
  );
  for (const path of Object.values(paths)) await mkdir(path);
  const { config = '', queue = '', data = '', mail = '', dovecot = '' } = paths;
  await chown(mail, mailUser, mailUser);
  await run('chown', ['postfix', data]);
  const addresses = Array.from({ length: accounts }, (_, index) => `nguoi${index}@${domain}`);
  await writeFile(join(config, 'people'), addresses.map((address) => `${address} x\n`).join(''));
  const port = await freePort();
  const log = join(folder, 'postfix.log');
  const lmtp = join(dovecot, 'lmtp');
  await writeFile(
    join(config, 'main.cf'),
    postfixConfig({ queue, data, log, people: join(config, 'people'), lmtp }),
  );
  await writeFile(join(config, 'master.cf'), postfixServices(port));
  await writeFile(join(dovecot, 'dovecot.conf'), dovecotConfig({ dovecot, mail, lmtp }));
  const server = spawn('dovecot', ['-F', '-c', join(dovecot, 'dovecot.conf')], { stdio: 'inherit' });
  cleanUp.add(async () => {
    if (server.exitCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    await exited;
  });
  await run('postfix', ['-c', config, 'start']);
  cleanUp.add(async () => void (await run('postfix', ['-c', config, 'stop'])));
  return { port, addresses, delivered: watchDeliveries(log) };
}

/** Postfix logs a line for each recipient that Dovecot has taken. */
function watchDeliveries(log: string): (recipients: number) => Promise<void> {
  let at = 0;
  let seen = 0;
  let wanted = 0;
  return async (recipients) => {
    wanted += recipients;
    const untilMs = performance.now() + 300_000;
    while (seen < wanted) {
      const file = await open(log);
      const { size } = await file.stat();
      const chunk = Buffer.alloc(size - at);
      await file.read(chunk, 0, chunk.length, at);
      await file.close();
      // The rest of a line that is being written is read again the next time.
      const whole = chunk.subarray(0, chunk.lastIndexOf('\n') + 1);
      at += whole.length;
      seen += whole.toString('latin1').split(' status=sent ').length - 1;
      if (performance.now() > untilMs)
        throw new Error(`only ${seen} of ${wanted} recipients have their mail`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
}

function postfixConfig(input: {
  readonly queue: string;
  readonly data: string;
  readonly log: string;
  readonly people: string;
  readonly lmtp: string;
}): string {
  return `compatibility_level = 3.6
queue_directory = ${input.queue}
data_directory = ${input.data}
maillog_file = ${input.log}
maillog_file_prefixes = /
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.${domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
alias_maps =
alias_database =
virtual_mailbox_domains = ${domain}
virtual_mailbox_maps = texthash:${input.people}
virtual_transport = lmtp:unix:${input.lmtp}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
`;
}

function postfixServices(port: number): string {
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'lmtp unix - - n - - lmtp',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  return `${services.join('\n')}\n`;
}

function dovecotConfig(input: {
  readonly dovecot: string;
  readonly mail: string;
  readonly lmtp: string;
}): string {
  return `base_dir = ${input.dovecot}/run
state_dir = ${input.dovecot}/state
log_path = ${input.dovecot}/dovecot.log
protocols = lmtp
ssl = no
mail_location = maildir:${input.mail}/%n
mail_uid = ${mailUser}
mail_gid = ${mailUser}
first_valid_uid = 1
userdb {
  driver = static
  args = uid=${mailUser} gid=${mailUser} home=${input.mail}/%n allow_all_users=yes
}
passdb {
  driver = static
  args = nopassword=y
}
service lmtp {
  unix_listener ${input.lmtp} {
    mode = 0666
  }
}
`;
}
