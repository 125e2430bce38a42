import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { acknowledgeAssignment, openAssignment } from '#app/directive/receive-assignment.ts';
import { closeIncoming } from '#app/document/incoming-acts.ts';
import { registerIncoming } from '#app/document/register-incoming.ts';
import { issueDirective } from '#app/directive/issue-directive.ts';
import type { Hub } from '#app/hub.ts';
import { demoIncoming } from '#demo/documents.ts';
import { demoProvince } from '#demo/province.ts';
import { demoDirectives, type DemoDirective } from '#demo/scenario.ts';
import type { Province } from '#domain/organisation/province.ts';
import type { Database } from '#store/database.ts';
import { importProvince } from '#store/organisation/import-province.ts';
import type { Settings } from '#store/settings.ts';

const seedLock = 7_301_003;

export interface SeedOptions {
  readonly size: 'none' | 'tiny' | 'demo' | 'full';
  readonly password: string | undefined;
}

export interface Seeded {
  readonly size: SeedOptions['size'];
  /** Only at the seeding itself, and only when it was made up here: it is printed once and kept nowhere. */
  readonly generatedPassword?: string;
}

/**
 * Fills an empty hub with the demo province, once, whichever of several processes comes first. A hub that holds
 * accounts is left alone. All demo accounts share one password hash; real accounts never do.
 */
export async function seedDemo(
  ports: { url: string; database: Database; settings: Settings; hub: Hub },
  options: SeedOptions,
): Promise<Seeded> {
  const client = new Client({ connectionString: ports.url, application_name: 'hub seed' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [seedLock]);
    const earlier = await ports.settings.read<SeedOptions['size']>('seed');
    if (earlier !== undefined) return { size: earlier };
    const accounts = await ports.database.rows('select 1 from account limit 1');
    if (options.size === 'none' || accounts.length > 0) return { size: 'none' };
    const password = options.password ?? randomBytes(9).toString('base64url');
    const at = ports.hub.clock.now();
    const province = demoProvince({ size: options.size, validFrom: new Date('2016-01-01T00:00:00+07:00') });
    const passwordHash = await ports.hub.signIn.hasher.hash(password);
    await importProvince(ports.url, province, { passwordHash, at });
    for (const directive of demoDirectives(province)) await play(ports.hub, province, directive);
    await bookIncoming(ports.hub, province);
    await ports.settings.write('seed', options.size);
    return { size: options.size, ...(options.password === undefined ? { generatedPassword: password } : {}) };
  } finally {
    await client.end();
  }
}

/** Issues one directive of the scenario as its issuer would, and lets some recipients open and acknowledge it. */
async function play(hub: Hub, province: Province, demo: DemoDirective): Promise<void> {
  const issuer = await actorOf(hub, province, demo.issuerAddress);
  const dueAt =
    demo.dueInMinutes === undefined
      ? undefined
      : new Date(hub.clock.now().getTime() + demo.dueInMinutes * 60_000);
  const { id } = await issueDirective(hub, {
    actor: issuer,
    key: `demo-${demo.key}`,
    subject: demo.subject,
    text: demo.text,
    urgency: demo.urgency,
    dueAt,
    acknowledgeWithinMinutes: demo.acknowledgeWithinMinutes,
    recipients: demo.recipients.map((recipient) =>
      recipient.kind === 'everyone'
        ? recipient
        : { role: recipient.role, kind: recipient.kind, id: recipient.id },
    ),
  });
  for (const [addresses, act] of [
    [demo.openedBy, openAssignment],
    [demo.acknowledgedBy, acknowledgeAssignment],
  ] as const) {
    for (const address of addresses) {
      const actor = await actorOf(hub, province, address);
      const seen = await hub.store.directives.seenDirective(actor, id);
      const [assignment] = seen?.assignments ?? [];
      if (assignment === undefined) throw new Error(`${address} is no recipient of ${demo.key}`);
      await act(hub, { actor, assignmentId: assignment.id });
    }
  }
}

/** Registers what has come in, as the clerks would, and closes what is closed. */
async function bookIncoming(hub: Hub, province: Province): Promise<void> {
  const addresses = new Set(province.accounts.map(({ address }) => address));
  for (const [place, { clerkAddress, fields, closed }] of demoIncoming(addresses).entries()) {
    const actor = await actorOf(hub, province, clerkAddress);
    const { id } = await registerIncoming(hub.documents, { actor, fields, key: `demo-incoming-${place}` });
    if (closed) await closeIncoming(hub.documents, { actor, id, key: `demo-closed-${place}` });
  }
}

async function actorOf(hub: Hub, province: Province, address: string) {
  const account = province.accounts.find((candidate) => candidate.address === address);
  const actor = account === undefined ? undefined : await hub.access.actor(account.id, hub.clock.now());
  if (actor === undefined) throw new Error(`the demo province has no ${address}`);
  return actor;
}
