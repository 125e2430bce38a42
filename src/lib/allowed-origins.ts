/**
 * Whether a page of this origin may speak to us. The list is exact: comparing Origin with Host alone would let a name
 * that an attacker points at our address pass. An absent Origin is a program, not a page.
 */
export interface AllowedOrigins {
  allows(origin: string | undefined): boolean;
}

/** `origins` is asked each time: ports are known only once the doors are open. */
export function createAllowedOrigins(origins: () => readonly string[]): AllowedOrigins {
  return { allows: (origin) => origin === undefined || origins().includes(origin.toLowerCase()) };
}
