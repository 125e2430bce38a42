import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { hasProgram } from './run-program.ts';
import { createTestCertificate } from './test-certificate.ts';

const run = promisify(execFile);

/** Postfix drops its rights by itself and begins as root only. */
export const canRunPostfix = process.getuid?.() === 0 && hasProgram('postfix');

export interface PostfixServer {
  readonly port: number;
  /** What is in the mailbox of a local part, in no order. */
  mailbox(localPart: string): Promise<readonly string[]>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A Postfix of its own as the outside world: it takes mail for the given people of `domain` into Maildirs and sends
 * everything else to the hub. Nothing of the machine's own Postfix is touched.
 */
export async function startPostfix(input: {
  readonly domain: string;
  readonly people: readonly string[];
  readonly hubPort: number;
}): Promise<PostfixServer> {
  const { domain, people, hubPort } = input;
  // Postfix refuses folders under /tmp that others may write to, and its own users must be able to enter.
  const folder = await mkdtemp('/var/tmp/hub-postfix-');
  await chmod(folder, 0o755);
  const port = await freePort();
  const [config, queue, data, mail] = ['config', 'queue', 'data', 'mail'].map((name) => join(folder, name));
  if (config === undefined || queue === undefined || data === undefined || mail === undefined)
    throw new Error('no folders');
  await mkdir(config);
  await mkdir(queue);
  await mkdir(data);
  await mkdir(mail);
  const { stdout: user } = await run('id', ['-u', 'postfix']);
  await run('chown', ['postfix', data, mail]);
  const log = join(folder, 'postfix.log');
  const maps = people.map((name) => `${name}@${domain} ${name}/\n`).join('');
  await writeFile(join(config, 'people'), maps);
  await writeFile(
    join(config, 'main.cf'),
    mainConfig({
      domain,
      hubPort,
      queue,
      data,
      mail,
      log,
      user: user.trim(),
      people: join(config, 'people'),
      tls: join(config, 'tls.pem'),
    }),
  );
  await writeFile(join(config, 'master.cf'), masterConfig(port));
  const { key, cert } = createTestCertificate();
  await writeFile(join(config, 'tls.pem'), `${key}\n${cert}`, { mode: 0o600 });
  await run('postfix', ['-c', config, 'start']);
  return {
    port,
    async mailbox(localPart) {
      const arrived = join(mail, localPart, 'new');
      const names = await readdir(arrived).catch(() => []);
      return Promise.all(names.map((name) => readFile(join(arrived, name), 'utf8')));
    },
    log: () => readFile(log, 'utf8').catch(() => ''),
    async stop() {
      await run('postfix', ['-c', config, 'stop']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function mainConfig(input: {
  readonly domain: string;
  readonly hubPort: number;
  readonly queue: string;
  readonly data: string;
  readonly mail: string;
  readonly log: string;
  readonly user: string;
  readonly people: string;
  readonly tls: string;
}): string {
  return `compatibility_level = 3.6
queue_directory = ${input.queue}
data_directory = ${input.data}
maillog_file = ${input.log}
maillog_file_prefixes = /
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.${input.domain}
mydomain = ${input.domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = may
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_tls_chain_files = ${input.tls}
relayhost = [127.0.0.1]:${input.hubPort}
alias_maps =
alias_database =
virtual_mailbox_domains = ${input.domain}
virtual_mailbox_base = ${input.mail}
virtual_mailbox_maps = texthash:${input.people}
virtual_minimum_uid = 1
virtual_uid_maps = static:${input.user}
virtual_gid_maps = static:${input.user}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
minimal_backoff_time = 5s
queue_run_delay = 5s
`;
}

function masterConfig(port: number): string {
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'discard unix - - n - - discard',
    'virtual unix - n n - - virtual',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  return `${services.join('\n')}\n`;
}
