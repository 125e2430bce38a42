import type { Level } from '#domain/organisation/organisation.ts';

/** One account of an organ and what it is for. The first two are mailboxes of the organ, the others are people's. */
export type Seat =
  | 'clerk_mailbox'
  | 'organ_mailbox'
  | 'head'
  | 'deputy'
  | 'office_chief'
  | 'unit_head'
  | 'clerk'
  | 'counter'
  | 'specialist';

/** The recipe of an organ too small for the proportions: it takes the first of these. */
const smallOrgan: readonly Seat[] = [
  'clerk_mailbox',
  'organ_mailbox',
  'head',
  'deputy',
  'office_chief',
  'unit_head',
  'specialist',
  'specialist',
  'counter',
  'clerk',
  'deputy',
  'specialist',
  'specialist',
  'specialist',
  'specialist',
];

function repeat(seat: Seat, count: number): Seat[] {
  return Array.from({ length: count }, () => seat);
}

/** Only districts and communes have a counter where citizens hand in their papers. */
function counterCount(level: Level, accounts: number): number {
  return level === 'province' ? 0 : Math.max(1, Math.floor(accounts / 80));
}

/**
 * The seats of an organ with so many accounts: clerk's mailbox, organ's mailbox, head, two deputies (three from 100
 * accounts), office chief, a unit head per 8, a clerk per 40, counters, and specialists for the rest.
 */
export function seatsOf(level: Level, accounts: number): Seat[] {
  if (accounts <= smallOrgan.length) {
    const seats = smallOrgan.slice(0, accounts);
    return level === 'province' ? seats.map((seat) => (seat === 'counter' ? 'specialist' : seat)) : seats;
  }
  const seats: Seat[] = [
    'clerk_mailbox',
    'organ_mailbox',
    'head',
    ...repeat('deputy', accounts < 100 ? 2 : 3),
    'office_chief',
    ...repeat('unit_head', Math.floor(accounts / 8)),
    ...repeat('clerk', Math.max(1, Math.floor(accounts / 40))),
    ...repeat('counter', counterCount(level, accounts)),
  ];
  return [...seats, ...repeat('specialist', accounts - seats.length)];
}
