import type { Config } from '#root/config.ts';
import type { RunningHub } from './start-hub.ts';

/** What a newcomer needs next: where the doors are, and as whom to sign in. */
export function banner(config: Config, running: RunningHub): string {
  const { ports, seeded } = running;
  const doors = [
    ports.smtp === undefined ? '' : `SMTP ${ports.smtp}`,
    ports.submission === undefined
      ? ''
      : `submission ${ports.submission} (STARTTLS), ${ports.submissions ?? '-'} (TLS)`,
    ports.imap === undefined ? '' : `IMAP ${ports.imap} (STARTTLS), ${ports.imaps ?? '-'} (TLS)`,
  ].filter((door) => door !== '');
  const lines = [
    '',
    '  chidao is ready',
    ports.http === undefined ? `  roles     ${[...config.roles].join(', ')}` : `  page      ${running.url}`,
    ...(ports.https === undefined ? [] : [`  HTTPS     port ${ports.https}`]),
    ...(doors.length === 0 ? [] : [`  mail      ${doors.join(' · ')}`]),
    `  data      ${running.dataDir}`,
    ...(seeded.size === 'none' ? [] : demoLines(config, seeded.generatedPassword)),
    '',
    '',
  ];
  return lines.join('\n');
}

function demoLines(config: Config, generated: string | undefined): string[] {
  const password =
    generated ??
    (config.demoPassword === undefined ? 'as printed at the first start' : 'as set in HUB_DEMO_PASSWORD');
  return [
    '',
    '  DỮ LIỆU GIẢ LẬP · simulated data; every demo account has one password:',
    `  password  ${password}`,
    '  leader    chutich@vpubnd.binhthuan.example',
    '  official  giamdoc@stttt.binhthuan.example · chutich@phanthiet.binhthuan.example',
    '  clerk     vanthu@vpubnd.binhthuan.example · vanthu@phanthiet.binhthuan.example',
  ];
}
