import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { hasProgram } from './run-program.ts';
import { createTestCertificate } from './test-certificate.ts';

/** Dovecot drops its rights by itself and begins as root only. */
export const canRunDovecot = process.getuid?.() === 0 && hasProgram('dovecot');

export const dovecotPassword = 'mat-khau-cu';
/** The user `mail` of Debian. */
const mailUser = 8;

export interface DovecotServer {
  /** IMAP over TLS, with a certificate that nobody vouches for. */
  readonly port: number;
  /** Its certificate, for whoever shall believe it. */
  readonly certificateFile: string;
  /** A Maildir++ of a user. */
  maildir(user: string): string;
  stop(): Promise<void>;
}

/** Debian's Dovecot with Maildirs in a folder of its own, as the server that people come from. */
export async function startDovecot(layout: 'maildir++' | 'fs' = 'maildir++'): Promise<DovecotServer> {
  const folder = await mkdtemp('/var/tmp/hub-dovecot-');
  await chmod(folder, 0o755);
  const mail = join(folder, 'mail');
  await mkdir(mail);
  await chown(mail, mailUser, mailUser);
  const { cert, key } = createTestCertificate();
  await writeFile(join(folder, 'tls.crt'), cert);
  await writeFile(join(folder, 'tls.key'), key, { mode: 0o600 });
  const port = await freePort();
  await writeFile(join(folder, 'dovecot.conf'), configOf({ folder, mail, port, layout }));
  const server = spawn('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'inherit' });
  await accepting(port);
  return {
    port,
    certificateFile: join(folder, 'tls.crt'),
    maildir: (user) => join(mail, user),
    async stop() {
      if (server.exitCode === null) {
        const exited = once(server, 'exit');
        server.kill('SIGTERM');
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const againMs = 50;
const triesMax = 200;

async function accepting(port: number): Promise<void> {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
  throw new Error('Dovecot does not listen');
}

/** A word that begins a line of TypeScript too, where the style has no place for it. */
const ownMailboxes = 'namespace inbox';

function configOf(input: {
  readonly folder: string;
  readonly mail: string;
  readonly port: number;
  readonly layout: 'maildir++' | 'fs';
}): string {
  const { folder, mail, port, layout } = input;
  const separator = layout === 'fs' ? '/' : '.';
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap
ssl = yes
ssl_cert = <${folder}/tls.crt
ssl_key = <${folder}/tls.key
mail_location = maildir:${mail}/%n:LAYOUT=${layout}
mail_uid = ${mailUser}
mail_gid = ${mailUser}
first_valid_uid = 1
${ownMailboxes} {
  inbox = yes
  separator = ${separator}
  mailbox "Sent Items" {
    special_use = \\Sent
  }
}
userdb {
  driver = static
  args = uid=${mailUser} gid=${mailUser} home=${mail}/%n allow_all_users=yes
}
passdb {
  driver = static
  args = password=${dovecotPassword}
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = ${port}
    ssl = yes
  }
}
service anvil {
  chroot =
}
`;
}
