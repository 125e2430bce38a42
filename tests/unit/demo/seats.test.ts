import { describe, expect, test } from 'vitest';
import { seatsOf, type Seat } from '#demo/seats.ts';

function count(seats: readonly Seat[], seat: Seat): number {
  return seats.filter((one) => one === seat).length;
}

describe('seatsOf', () => {
  test('it follows the recipe for a large department', () => {
    const seats = seatsOf('province', 228);
    expect(count(seats, 'clerk_mailbox')).toBe(1);
    expect(count(seats, 'organ_mailbox')).toBe(1);
    expect(count(seats, 'head')).toBe(1);
    expect(count(seats, 'deputy')).toBe(3);
    expect(count(seats, 'office_chief')).toBe(1);
    expect(count(seats, 'unit_head')).toBe(28);
    expect(count(seats, 'clerk')).toBe(5);
    expect(count(seats, 'counter')).toBe(0);
  });

  test('it gives a commune a clerk, a counter and three unit heads', () => {
    const seats = seatsOf('commune', 24);
    expect(count(seats, 'deputy')).toBe(2);
    expect(count(seats, 'unit_head')).toBe(3);
    expect(count(seats, 'clerk')).toBe(1);
    expect(count(seats, 'counter')).toBe(1);
  });

  test('it fills exactly the seats asked for, with a head and both mailboxes from three on', () => {
    for (let accounts = 3; accounts <= 300; accounts += 1) {
      for (const level of ['province', 'district', 'commune'] as const) {
        const seats = seatsOf(level, accounts);
        expect(seats).toHaveLength(accounts);
        expect(seats.slice(0, 3)).toEqual(['clerk_mailbox', 'organ_mailbox', 'head']);
      }
    }
  });
});
