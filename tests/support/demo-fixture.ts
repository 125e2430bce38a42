import type { Actor } from '#domain/access/actor.ts';
import { createCalendars } from '#store/calendar/calendars.ts';
import { systemClock } from '#domain/clock.ts';
import type { Delegations } from '#app/ports/delegations.ts';
import type { Province } from '#domain/organisation/province.ts';
import type { IssueDirective, IssuePorts } from '#app/directive/issue-directive.ts';
import type { AccessStore } from '#app/ports/access-store.ts';
import { demoProvince } from '#demo/province.ts';
import { createParsePool } from '#mail/message/parse-pool.ts';
import { createOfficialMail } from '#mail/official-mail.ts';
import { createAccessStore } from '#store/access/access-store.ts';
import { createDelegations } from '#store/delegation/delegations.ts';
import { createHubStore } from '#store/hub-store.ts';
import { importProvince } from '#store/organisation/import-province.ts';
import { systemDomain } from '#store/organisation/system-domain.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

export interface DemoFixture extends TestDatabase {
  /** What every use case of directives takes. */
  readonly ports: IssuePorts & {
    readonly delegations: Delegations;
  };
  readonly access: AccessStore;
  readonly province: Province;
  actor(address: string): Promise<Actor>;
  accountId(address: string): string;
  address(accountId: string): string;
  personId(address: string): string;
  /** By the slug-like code of its notation or a part of its name. */
  unitId(nameContains: string): string;
  /** How often a commit was announced. */
  commits(): number;
}

/** The tiny demo province in a database of its own, without its scenario, and the real ports over it. */
export async function createDemoFixture(options: { connectionsMax?: number } = {}): Promise<DemoFixture> {
  const db = await createTestDatabase(options);
  const province = demoProvince({ size: 'tiny', validFrom: new Date('2016-01-01T00:00:00+07:00') });
  await importProvince(db.url, province, { passwordHash: 'none', at: systemClock.now() });
  const pool = createParsePool({ size: 1 });
  const access = createAccessStore(db.database);
  let commits = 0;
  const accountOf = (address: string) => {
    const account = province.accounts.find((candidate) => candidate.address === address);
    if (account === undefined) throw new Error(`nobody has the address ${address}`);
    return account;
  };
  return {
    ...db,
    province,
    access,
    ports: {
      store: createHubStore(db.database),
      mail: createOfficialMail({
        pool,
        publicUrl: () => 'http://127.0.0.1:8080',
        domain: () => systemDomain(db.database),
      }),
      clock: systemClock,
      calendar: { calendars: createCalendars(db.database) },
      delegations: createDelegations(db.database),
      committed: () => (commits += 1),
    },
    commits: () => commits,
    async actor(address) {
      const actor = await access.actor(accountOf(address).id, systemClock.now());
      if (actor === undefined) throw new Error(`${address} may not act`);
      return actor;
    },
    accountId: (address) => accountOf(address).id,
    address: (accountId) =>
      province.accounts.find((account) => account.id === accountId)?.address ?? accountId,
    personId(address) {
      const { personId } = accountOf(address);
      if (personId === undefined) throw new Error(`${address} is nobody's own`);
      return personId;
    },
    unitId(nameContains) {
      const unit = province.units.find((candidate) => candidate.name.includes(nameContains));
      if (unit === undefined) throw new Error(`no unit is called ${nameContains}`);
      return unit.id;
    },
    async drop() {
      await pool.close();
      await db.drop();
    },
  };
}

export function draft(
  actor: Actor,
  recipients: IssueDirective['recipients'],
  words: Partial<IssueDirective> = {},
): IssueDirective {
  return {
    actor,
    subject: 'Kiểm tra công tác trực ban',
    text: 'Yêu cầu các đơn vị báo cáo trước 17 giờ.',
    urgency: 'normal',
    recipients,
    ...words,
  };
}
