import type { Role, Urgency } from '#domain/directive/directive.ts';
import type { Province } from '#domain/organisation/province.ts';
import { districts, type District } from './communes.ts';
import { communeDomainSlug, demoId, fqdnOf } from './demo-ids.ts';
import { innerUnitKey } from './organ-units.ts';
import { scenarioTexts } from './scenario-texts.ts';
import { clerkMailbox, organMailbox } from './well-known.ts';

/** Whom a directive of the scenario is for; `name` is the unit's or group's slug, or the person's address. */
export type DemoRecipient =
  | { readonly role: Role; readonly kind: 'everyone' }
  | {
      readonly role: Role;
      readonly kind: 'person' | 'unit' | 'group';
      readonly name: string;
      /** The id of the person, unit or group in the province. */
      readonly id: string;
    };

/** A directive of the scenario as its issuer would enter it, and how far its recipients have come. */
export interface DemoDirective {
  /** Stable, so that a seed that runs again does not issue it twice. */
  readonly key: string;
  readonly issuerAddress: string;
  readonly subject: string;
  readonly text: string;
  readonly urgency: Urgency;
  /** Deadline, in minutes after the hub's first start. */
  readonly dueInMinutes?: number;
  readonly acknowledgeWithinMinutes?: number;
  readonly recipients: readonly DemoRecipient[];
  /** Addresses of those who have opened it and not acknowledged it. */
  readonly openedBy: readonly string[];
  /** Addresses of those who have acknowledged it, and so opened it. */
  readonly acknowledgedBy: readonly string[];
}

const hourMinutes = 60;
const dayMinutes = 24 * hourMinutes;

/** Calendar time that holds at least so many working days, whatever day of the week the hub first starts on. */
function workingDays(days: number): number {
  return (days + 2 * Math.ceil(days / 5)) * dayMinutes;
}

const chair = `chutich@${fqdnOf('vpubnd')}`;
const viceChair = `phochutich@${fqdnOf('vpubnd')}`;
const director = `giamdoc@${fqdnOf('stttt')}`;
const mayor = `chutich@${fqdnOf('phanthiet')}`;

function toUnit(role: Role, name: string): DemoRecipient {
  return { role, kind: 'unit', name, id: demoId('unit', name) };
}

function toGroup(role: Role, name: string): DemoRecipient {
  return { role, kind: 'group', name, id: demoId('group', name) };
}

function toPerson(role: Role, address: string): DemoRecipient {
  return { role, kind: 'person', name: address, id: demoId('person', address) };
}

function clerks(...slugs: readonly string[]): string[] {
  return slugs.map((slug) => `${clerkMailbox}@${fqdnOf(slug)}`);
}

/** The mailboxes with this local part of the first communes of each district given. */
function communeMailboxes(localPart: string, perDistrict: number, of: readonly District[]): string[] {
  return of.flatMap((district) =>
    district.communes
      .slice(0, perDistrict)
      .map((commune) => `${localPart}.${commune.slug}@${fqdnOf(communeDomainSlug(district.slug))}`),
  );
}

const phanThiet = districts.filter((district) => district.slug === 'phanthiet');

const fromTheChair: readonly DemoDirective[] = [
  {
    key: 'drought',
    issuerAddress: chair,
    ...scenarioTexts.drought,
    urgency: 'hoa_toc',
    dueInMinutes: 2 * dayMinutes,
    acknowledgeWithinMinutes: 15,
    recipients: [toUnit('lead', 'snnptnt'), toGroup('coord', '10-huyen'), toGroup('info', '127-xa')],
    openedBy: [...clerks('hamthuanbac'), ...communeMailboxes(organMailbox, 2, districts)],
    acknowledgedBy: [
      ...clerks('snnptnt', 'phanthiet', 'lagi', 'tuyphong', 'bacbinh', 'hamthuannam', 'duclinh', 'phuquy'),
      ...communeMailboxes(clerkMailbox, 1, districts),
    ],
  },
  {
    key: 'signed-mail',
    issuerAddress: chair,
    ...scenarioTexts.signedMail,
    urgency: 'normal',
    dueInMinutes: workingDays(10),
    acknowledgeWithinMinutes: dayMinutes,
    recipients: [toUnit('lead', 'stttt'), { role: 'info', kind: 'everyone' }],
    openedBy: [viceChair, ...clerks('stc', 'sct', 'syt')],
    acknowledgedBy: [director, ...clerks('vpubnd', 'stttt', 'snv', 'stp')],
  },
  {
    key: 'holiday-duty',
    issuerAddress: chair,
    ...scenarioTexts.holidayDuty,
    urgency: 'khan',
    dueInMinutes: workingDays(3),
    acknowledgeWithinMinutes: 4 * hourMinutes,
    recipients: [toGroup('info', 'so-nganh'), toGroup('info', '10-huyen'), toGroup('info', '127-xa')],
    openedBy: [mayor, ...clerks('sgtvt', 'tanhlinh')],
    acknowledgedBy: clerks('stttt', 'snv', 'syt', 'phanthiet', 'lagi', 'hamtan'),
  },
];

const fromTheViceChair: readonly DemoDirective[] = [
  {
    key: 'network',
    issuerAddress: viceChair,
    ...scenarioTexts.network,
    urgency: 'normal',
    dueInMinutes: workingDays(20),
    acknowledgeWithinMinutes: dayMinutes,
    recipients: [
      toUnit('lead', 'stttt'),
      toUnit('coord', 'skhdt'),
      toUnit('coord', 'stc'),
      toGroup('coord', '10-huyen'),
    ],
    openedBy: clerks('skhdt', 'hamtan'),
    acknowledgedBy: [
      director,
      ...clerks(
        'stc',
        'phanthiet',
        'lagi',
        'tuyphong',
        'bacbinh',
        'hamthuanbac',
        'hamthuannam',
        'duclinh',
        'phuquy',
      ),
    ],
  },
  {
    key: 'meeting',
    issuerAddress: viceChair,
    ...scenarioTexts.meeting,
    urgency: 'thuong_khan',
    dueInMinutes: 4 * hourMinutes,
    acknowledgeWithinMinutes: 30,
    recipients: [toPerson('lead', director), toPerson('coord', mayor)],
    openedBy: [mayor],
    acknowledgedBy: [],
  },
  {
    key: 'one-stop',
    issuerAddress: viceChair,
    ...scenarioTexts.oneStop,
    urgency: 'khan',
    dueInMinutes: workingDays(2),
    acknowledgeWithinMinutes: 4 * hourMinutes,
    recipients: [toUnit('lead', 'phanthiet'), toUnit('coord', 'snv')],
    openedBy: clerks('phanthiet'),
    acknowledgedBy: clerks('snv'),
  },
];

const fromOthers: readonly DemoDirective[] = [
  {
    key: 'certificates',
    issuerAddress: director,
    ...scenarioTexts.certificates,
    urgency: 'normal',
    dueInMinutes: workingDays(5),
    recipients: [toUnit('lead', innerUnitKey('stttt', 1))],
    openedBy: [],
    acknowledgedBy: [],
  },
  {
    key: 'beaches',
    issuerAddress: mayor,
    ...scenarioTexts.beaches,
    urgency: 'khan',
    dueInMinutes: workingDays(5),
    acknowledgeWithinMinutes: dayMinutes,
    recipients: [toUnit('lead', 'muine'), toGroup('coord', communeDomainSlug('phanthiet'))],
    openedBy: communeMailboxes(organMailbox, 3, phanThiet),
    acknowledgedBy: communeMailboxes(clerkMailbox, 1, phanThiet),
  },
];

/** Whether the province has what a recipient names. */
function isIn(province: Province): (recipient: DemoRecipient) => boolean {
  const ids = new Set([...province.units, ...province.groups, ...province.persons].map((thing) => thing.id));
  return (recipient) => recipient.kind === 'everyone' || ids.has(recipient.id);
}

/** Where the lead is left out, nobody co-ordinates with anybody. */
function underALead(recipients: readonly DemoRecipient[]): DemoRecipient[] {
  const led = recipients.some(({ role }) => role === 'lead');
  return recipients.map((recipient) => (led ? recipient : { ...recipient, role: 'info' }));
}

/**
 * What is under way when the demo first starts: eight fictional directives, in the order of issue. Recipients that a
 * smaller province does not have are left out, and a directive without any with them.
 */
export function demoDirectives(province: Province): DemoDirective[] {
  const addresses = new Set(province.accounts.map((account) => account.address));
  const exists = isIn(province);
  return [...fromTheChair, ...fromTheViceChair, ...fromOthers]
    .map((directive) => ({
      ...directive,
      recipients: underALead(directive.recipients.filter(exists)),
      openedBy: directive.openedBy.filter((address) => addresses.has(address)),
      acknowledgedBy: directive.acknowledgedBy.filter((address) => addresses.has(address)),
    }))
    .filter((directive) => directive.recipients.length > 0);
}
