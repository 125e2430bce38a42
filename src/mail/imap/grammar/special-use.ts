import { type SpecialUse, specialUses } from '#domain/mail/structure.ts';

/** The special use of that name in any case (RFC 6154), or undefined where the hub has none such. */
export function specialUseNamed(name: string): SpecialUse | undefined {
  return specialUses.find((use) => use.toUpperCase() === name.toUpperCase());
}
