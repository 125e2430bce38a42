import { describe, expect, test } from 'vitest';
import { demoProvince } from '#demo/province.ts';
import { demoDirectives, type DemoDirective, type DemoRecipient } from '#demo/scenario.ts';
import type { DemoSize } from '#demo/staffing.ts';
import type { Province } from '#domain/organisation/province.ts';

const validFrom = new Date('2016-04-01T00:00:00Z');
const sizes: readonly DemoSize[] = ['tiny', 'demo', 'full'];

function unitsOf(province: Province, recipient: DemoRecipient): readonly string[] {
  if (recipient.kind === 'unit') return [recipient.id];
  if (recipient.kind !== 'group') return [];
  return province.groups.find((group) => group.id === recipient.id)?.unitIds ?? [];
}

/** Who answers for a unit: its head, office chief and clerks, and its own mailboxes. */
function addressesOf(province: Province, directive: DemoDirective): ReadonlySet<string> {
  const everyone = directive.recipients.some((recipient) => recipient.kind === 'everyone');
  if (everyone) return new Set(province.accounts.map((account) => account.address));
  const units = new Set(directive.recipients.flatMap((recipient) => unitsOf(province, recipient)));
  const answering = new Set(['head', 'unit_head', 'office_chief', 'clerk']);
  const persons = new Set([
    ...province.positions
      .filter((position) => units.has(position.unitId) && answering.has(position.authority))
      .map((position) => position.personId),
    ...directive.recipients.flatMap((one) => (one.kind === 'person' ? [one.id] : [])),
  ]);
  return new Set(
    province.accounts
      .filter((account) =>
        account.kind === 'unit'
          ? account.unitId !== undefined && units.has(account.unitId)
          : account.personId !== undefined && persons.has(account.personId),
      )
      .map((account) => account.address),
  );
}

describe.each(sizes)('demoDirectives (%s)', (size) => {
  const province = demoProvince({ size, validFrom });
  const directives = demoDirectives(province);

  test('it has eight directives with keys of their own, each with a recipient', () => {
    expect(directives).toHaveLength(8);
    expect(new Set(directives.map((directive) => directive.key)).size).toBe(8);
    for (const directive of directives) expect(directive.recipients.length).toBeGreaterThan(0);
  });

  test('it names at most one lead, and subjects within 500 characters on one line', () => {
    for (const directive of directives) {
      expect(directive.recipients.filter((one) => one.role === 'lead').length).toBeLessThanOrEqual(1);
      expect(directive.subject).toMatch(/^.{1,500}$/u);
      expect(directive.text.length).toBeGreaterThan(100);
    }
  });

  test('it names only issuers and recipients that exist', () => {
    const addresses = new Set(province.accounts.map((account) => account.address));
    const ids = new Set([...province.units, ...province.groups, ...province.persons].map((one) => one.id));
    for (const directive of directives) {
      expect(addresses).toContain(directive.issuerAddress);
      for (const one of directive.recipients) if (one.kind !== 'everyone') expect(ids).toContain(one.id);
    }
  });

  test('it lets only recipients open and acknowledge, and each says so once', () => {
    for (const directive of directives) {
      const addresses = addressesOf(province, directive);
      const seen = [...directive.openedBy, ...directive.acknowledgedBy];
      expect(seen.filter((address) => !addresses.has(address))).toEqual([]);
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  test('it sets deadlines after the first start, later than the time to acknowledge', () => {
    for (const directive of directives) {
      expect(directive.dueInMinutes).toBeGreaterThan(directive.acknowledgeWithinMinutes ?? 0);
    }
  });
});

describe('demoDirectives', () => {
  test('it sends the drought directive to the department as lead, ten districts and all communes', () => {
    const province = demoProvince({ size: 'full', validFrom });
    const [drought] = demoDirectives(province);
    expect(drought?.urgency).toBe('hoa_toc');
    expect(drought?.recipients.map((one) => [one.role, one.kind === 'everyone' ? '' : one.name])).toEqual([
      ['lead', 'snnptnt'],
      ['coord', '10-huyen'],
      ['info', '127-xa'],
    ]);
    expect(drought?.acknowledgedBy).toHaveLength(18);
  });
});
